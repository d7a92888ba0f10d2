import { exitCodes } from "../../release/exitCodes.ts";
import { openContext } from "../context.ts";
import { platformIn } from "../offered.ts";
import type { CommandResult } from "../result.ts";
import type { AwsStatus } from "../status/awsStatus.ts";
import type { KubernetesStatus } from "../status/kubernetesStatus.ts";
import { readStatus } from "../status/readStatus.ts";
import type { Status } from "../status/status.ts";
import type { TerminalOptions } from "../terminal/run.ts";
import { statusText } from "../terminal/statusText.ts";
import { columnsOf, styleFor } from "../terminal/style.ts";

/** What serves, since when, by whom, whether it is healthy, and how to go back: for 2 a.m., without an engine. */
export async function statusCommand(
  options: TerminalOptions,
  signal: AbortSignal,
): Promise<CommandResult<Status | AwsStatus | KubernetesStatus>> {
  const context = openContext(options);
  const platform = platformIn(context);
  if (platform === "kubernetes") {
    const { kubernetesStatusText, readKubernetesStatus } = await import("../status/kubernetesStatus.ts");
    const status = await readKubernetesStatus(context, context.settings(), signal);
    const exitCode = status.ok ? exitCodes.ok : exitCodes.notAsAsked;
    return { exitCode, json: status, text: kubernetesStatusText(status) };
  }
  if (platform === "aws") {
    const { awsStatusText, readAwsStatus } = await import("../status/awsStatus.ts");
    const status = await readAwsStatus(context, context.settings(), signal);
    const exitCode = status.ok ? exitCodes.ok : exitCodes.notAsAsked;
    return { exitCode, json: status, text: awsStatusText(status) };
  }
  const status = await readStatus(context, signal);
  return {
    exitCode: status.ok ? exitCodes.ok : exitCodes.notAsAsked,
    json: status,
    text: statusText(status, {
      style: styleFor(process.stdout, options.color),
      columns: columnsOf(process.stdout),
      now: Date.now(),
    }),
  };
}
