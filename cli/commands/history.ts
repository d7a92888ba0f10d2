import { exitCodes } from "../../release/exitCodes.ts";
import type { Journal } from "../../release/journal.ts";
import { Problem } from "../../release/problem.ts";
import { type GlobalOptions, openContext } from "../context.ts";
import { type Deed, deedsOf } from "../history/deeds.ts";
import { JournalFile } from "../journal/journalFile.ts";
import type { CommandResult } from "../result.ts";
import { historyText } from "../terminal/historyText.ts";
import type { TerminalOptions } from "../terminal/run.ts";
import { columnsOf, styleFor } from "../terminal/style.ts";

export interface HistoryOptions extends GlobalOptions {
  /** How many deeds, the newest; at least 1. */
  readonly limit: number;
}

/** What `greenlight history --json` prints. */
export interface HistoryJson {
  /** The journal is whole. */
  readonly ok: boolean;
  readonly project: string;
  readonly stack: string;
  readonly journal: string;
  /** How many there are in all. */
  readonly total: number;
  /** Newest first, at most `--limit`. */
  readonly deeds: readonly Deed[];
  /** Damage: changed, removed or added lines. `line` is 1-based, 0 for the file as a whole. */
  readonly problems: readonly { readonly line: number; readonly happened: string }[];
  /** The last line was cut off when its writer was killed; the next command removes it. No damage. */
  readonly torn: boolean;
}

/** What was done to the stack, from the journal. A damaged journal is told loudly and is a failure. */
export async function historyCommand(options: HistoryOptions & TerminalOptions): Promise<CommandResult<HistoryJson>> {
  const context = openContext(options);
  const file = new JournalFile(context);
  const journal = readJournalFile(file);
  const deeds = deedsOf(journal.records).reverse();
  const json: HistoryJson = {
    ok: journal.problems.length === 0,
    project: context.projectName,
    stack: context.stack,
    journal: file.path,
    total: deeds.length,
    deeds: deeds.slice(0, options.limit),
    problems: journal.problems,
    torn: journal.torn !== undefined,
  };
  return {
    exitCode: json.ok ? exitCodes.ok : exitCodes.failed,
    json,
    text: historyText(json, styleFor(process.stdout, options.color), columnsOf(process.stdout)),
  };
}

function readJournalFile(file: JournalFile): Journal {
  try {
    return file.read();
  } catch (error) {
    throw new Problem({
      happened: "The journal cannot be read.",
      where: file.path,
      untouched: "Nothing was changed.",
      next: "make it readable for this user",
      cause: error,
    });
  }
}
