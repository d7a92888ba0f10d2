import { Problem } from "../release/problem.ts";
import { type Figure, sayLimit, sayValue } from "./figure.ts";
import type { Machine } from "./machine.ts";

const begin = "<!-- figures -->";
const end = "<!-- /figures -->";

const columns = 6;

export interface Measurement {
  readonly figures: readonly Figure[];
  readonly machine: Machine;
  readonly at: Date;
  /** The command line that repeats it. */
  readonly command: string;
}

/**
 * Writes what was measured between the markers; everything else stays as people wrote it. A figure replaces the row of its own that
 * was there, with its own date and command; rows of figures that were not measured stay.
 *
 * @throws Problem when a marker is missing: then nothing is changed
 */
export function withFigures(document: string, measured: Measurement): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) throw noPlace("the figures", begin, end);
  const before = rowsIn(document.slice(from, to));
  const written = `${document.slice(0, from)}${begin}\n\n${table(measured, before)}\n\n${document.slice(to)}`;
  return measured.figures.reduce((text, it) => withTable(text, it, measured), written);
}

/** Writes a figure's own table, with when and how it came to be, to where the document has a place for it. */
function withTable(document: string, { name, table }: Figure, { at, command }: Measurement): string {
  if (table === undefined) return document;
  const [first, last] = [`<!-- table ${name} -->`, `<!-- /table ${name} -->`];
  const from = document.indexOf(first);
  const to = document.indexOf(last, from);
  if (from < 0 || to < 0) throw noPlace(`the table of ${name}`, first, last);
  const lines = [
    `Measured on ${at.toISOString().slice(0, 10)} by \`${command}\`.`,
    "",
    row(table.columns),
    `|${"---|".repeat(table.columns.length)}`,
    ...table.rows.map(row),
  ];
  return `${document.slice(0, from)}${first}\n\n${lines.join("\n")}\n\n${document.slice(to)}`;
}

function noPlace(what: string, first: string, last: string): Problem {
  return new Problem({
    happened: `The document has no place for ${what}.`,
    where: `it needs ${first} and, after it, ${last}`,
    untouched: "The document was not changed; the figures are on stdout.",
  });
}

/** The rows that stand there, by the title of their figure. */
function rowsIn(text: string): Map<string, string> {
  const rows = text.split("\n").filter((line) => line.startsWith("| ") && line.split(" | ").length >= columns);
  return new Map(
    rows.map((line) => [line.slice(2, line.indexOf(" | ")), line] as const).filter(([it]) => it !== "figure"),
  );
}

function table({ figures, machine, at, command }: Measurement, before: ReadonlyMap<string, string>): string {
  const rows = new Map(before);
  for (const it of figures) {
    const when = `${at.toISOString().slice(0, 10)}, \`${command}\``;
    const cells = [it.title, `**${sayValue(it)}**`, sayLimit(it), it.ok ? "holds" : "**missed**", it.how, when];
    rows.set(cell(it.title), row(cells));
  }
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version.replace(/^v/, "")}`);
  return [
    `The machine: ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; ${versions.join(", ")}.`,
    "",
    "| figure | measured | limit | | how | when |",
    "|---|---|---|---|---|---|",
    ...rows.values(),
  ].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(" | ")} |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
