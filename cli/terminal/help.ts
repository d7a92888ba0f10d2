import { exitCodes } from "../../release/exitCodes.ts";

/** Every exit code in words, in the order of their numbers. */
export const exitCodeWords: readonly (readonly [code: number, words: string])[] = [
  [exitCodes.ok, "done, and read back; for release and switch: the candidate serves"],
  [exitCodes.failed, "failed; what serves is as before"],
  [exitCodes.usage, "wrong arguments, settings or manifest, or a yes is needed; nothing was started"],
  [exitCodes.refused, "a gate, a check or the verdict said no; what serves is as before"],
  [exitCodes.rolledBack, "the verdict was no-go; traffic is back, read back"],
  [exitCodes.undecided, "no verdict for lack of data"],
  [exitCodes.busy, "another release or update is under way on this stack"],
  [exitCodes.notAsAsked, "what serves differs from what was asked, or could not be read"],
  [exitCodes.missingTool, "a tool is missing; see greenlight doctor"],
  [exitCodes.interrupted, "interrupted; run again to go on from there"],
];

export const programHelp = `
Examples:
  greenlight doctor                                   what this machine has, and what mends what is missing
  greenlight release v1.2.3                           the whole schedule from T-60 to T+60, with questions
  greenlight release v1.2.3 --yes --json              the same in CI: no questions, one JSON document
  greenlight status                                   what serves, since when, is it healthy, how to go back
  greenlight rollback --reason "checkout fails"       all traffic back to the other environment
  greenlight rehearse --quick                         play releases, good and bad, on this machine

Exit codes:
${exitCodeWords.map(([code, words]) => `  ${String(code).padStart(3)}  ${words}`).join("\n")}

Ctrl-C once stops after the step under way, twice at once. GREENLIGHT_DEBUG=1 shows the details of a failure,
GREENLIGHT_BY=<name> says who is recorded. Everything is explained in docs/cli.md.
`;

/** The lines of examples below a command's own help. */
export function examples(...lines: readonly string[]): string {
  return `\nExample${lines.length === 1 ? "" : "s"}:\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
}
