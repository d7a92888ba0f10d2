import { basename } from "node:path";
import { readManifest } from "../../project/readManifest.ts";
import {
  type RunbookOf,
  readRunbookFile,
  runbookFile,
  runbookPlan,
  writeRunbookFile,
} from "../../project/runbookFile.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { runbookDigest } from "../../release/runbook.ts";
import { type GlobalOptions, openContext } from "../context.ts";
import type { CommandResult } from "../result.ts";

export interface RunbookOptions extends GlobalOptions {
  /** Version, or path of its manifest. */
  readonly release: string;
  /** Writes nothing; says whether the runbook is what the plan gives now. */
  readonly check: boolean;
}

/** What `greenlight runbook --json` prints. */
export interface RunbookJson {
  /** The runbook is what the plan gives now. */
  readonly ok: boolean;
  readonly version: string;
  /** Relative to the project. */
  readonly file: string;
  readonly state: "written" | "current" | "missing" | "out of date" | "edited";
  /** sha256 (hex) of what the plan gives now. */
  readonly digest: string;
}

/** Writes the runbook of a version from its manifest and the settings, or with `check` says whether it is out of date. */
export async function runbookCommand(options: RunbookOptions): Promise<CommandResult<RunbookJson>> {
  const context = openContext(options);
  const settings = context.settings();
  const version = basename(options.release).replace(/\.ya?ml$/, "");
  const manifest = readManifest(context.project, settings.releases, version);
  const it: RunbookOf = { project: context.project, stack: context.stack, settings, manifest };
  const digest = runbookDigest(runbookPlan(it));
  const file = runbookFile(it);
  const before = stateOf(it, digest);
  const state = options.check || before === "current" ? before : "written";
  if (state === "written") writeRunbookFile(it);
  const ok = state === "written" || state === "current";
  return {
    exitCode: ok ? exitCodes.ok : exitCodes.refused,
    json: { ok, version, file, state, digest },
    text: say(state, file, version),
  };
}

function stateOf(it: RunbookOf, digest: string): RunbookJson["state"] {
  const found = readRunbookFile(it);
  if (found === undefined) return "missing";
  if (found.said !== digest) return "out of date";
  return found.found === digest ? "current" : "edited";
}

function say(state: RunbookJson["state"], file: string, version: string): string {
  const mend = `\`greenlight runbook ${version}\` writes it`;
  switch (state) {
    case "written":
      return `${file} is written.`;
    case "current":
      return `${file} is what the plan gives now.`;
    case "missing":
      return `There is no ${file}. ${mend}.`;
    case "out of date":
      return `${file} is out of date: the manifest or the settings have changed. ${mend} anew and keeps its notes.`;
    case "edited":
      return `${file} was edited above its notes. ${mend} anew and keeps what stands below “Notes”.`;
  }
}
