import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../rehearsal/project.ts";
import { exitCodes } from "../release/exitCodes.ts";
import { sentence } from "../release/problem.ts";
import { reportAndExitCode } from "../tools/terminal.ts";
import { ensureToolchain } from "../tools/toolchain.ts";
import { Bench } from "./bench.ts";
import { withFigures } from "./document.ts";
import { type Figure, sayLimit, sayValue } from "./figure.ts";
import { measures } from "./figures/index.ts";
import { machine } from "./machine.ts";
import { type BenchOptions, readOptions } from "./options.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
}

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  process.exitCode = stop.signal.aborted ? exitCodes.interrupted : reportAndExitCode(error);
}

async function main(options: BenchOptions): Promise<number> {
  const began = performance.now();
  const say = (line: string) => {
    const seconds = Math.round((performance.now() - began) / 1000);
    if (!options.json) process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`);
  };
  const tools = await ensureToolchain({ progress: say, signal: stop.signal });
  const bench = new Bench({ options, tools, signal: stop.signal, say });
  const figures: Figure[] = [];
  const missing: { name: string; why: string }[] = [];
  try {
    for (const name of options.names) {
      if (stop.signal.aborted) break;
      say(name);
      try {
        const figure = await measures[name](bench);
        say(`${name}: ${sayValue(figure)}, ${sayLimit(figure)}: ${figure.ok ? "holds" : "MISSED"}`);
        figures.push(figure);
      } catch (error) {
        // The others are measured all the same; a figure that is missing is never within its limit.
        say(`${name}: not measured: ${sentence(error)}`);
        missing.push({ name, why: sentence(error) });
      }
    }
  } finally {
    await bench.close();
  }
  const ok = missing.length === 0 && figures.every((it) => it.ok) && !stop.signal.aborted;
  const at = new Date();
  const command = `npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(" ")}` : ""}`;
  const about = machine(tools);
  const document = { ok, at: at.toISOString(), command, machine: about, short: options.short, figures, missing };
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  if (stop.signal.aborted) return exitCodes.interrupted;
  if (!options.short && figures.length > 0) {
    const path = join(repository, "docs", "performance.md");
    writeFileSync(path, withFigures(readFileSync(path, "utf8"), { figures, machine: about, at, command }));
    say(`written to ${path}`);
  }
  return ok ? exitCodes.ok : exitCodes.failed;
}
