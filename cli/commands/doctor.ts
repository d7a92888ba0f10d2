import { exitCodes } from "../../release/exitCodes.ts";
import { type DoctorReport, inspectToolchain } from "../../tools/doctor.ts";
import type { CommandResult } from "../result.ts";
import { doctorText } from "../terminal/doctorText.ts";
import type { TerminalOptions } from "../terminal/run.ts";
import { columnsOf, styleFor } from "../terminal/style.ts";

/** Lists what this machine has of what a release needs. Installs nothing. */
export async function doctorCommand(options: TerminalOptions): Promise<CommandResult<DoctorReport>> {
  const report = await inspectToolchain();
  return {
    exitCode: report.ok ? exitCodes.ok : exitCodes.missingTool,
    json: report,
    text: doctorText(report, styleFor(process.stdout, options.color), columnsOf(process.stdout, 1_000)),
  };
}
