import { Problem } from "../release/problem.ts";
import { type Figure, sayLimit, sayValue } from "./figure.ts";
import type { Machine } from "./machine.ts";

const begin = "<!-- figures -->";
const end = "<!-- /figures -->";

export interface Measurement {
  readonly figures: readonly Figure[];
  readonly machine: Machine;
  readonly at: Date;
  /** The command line that repeats it. */
  readonly command: string;
}

/**
 * Replaces what stands between the markers by what was measured; everything else stays as people wrote it.
 *
 * @throws Problem when a marker is missing: then nothing is changed
 */
export function withFigures(document: string, measured: Measurement): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) {
    throw new Problem({
      happened: "The document has no place for the figures.",
      where: `it needs ${begin} and, after it, ${end}`,
      untouched: "The document was not changed; the figures are on stdout.",
    });
  }
  return `${document.slice(0, from)}${begin}\n\n${table(measured)}\n\n${document.slice(to)}`;
}

function table({ figures, machine, at, command }: Measurement): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version.replace(/^v/, "")}`);
  return [
    `Measured on ${at.toISOString().slice(0, 10)} with \`${command}\`: ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; ${versions.join(", ")}.`,
    "",
    "| figure | measured | limit | | how |",
    "|---|---|---|---|---|",
    ...figures.map((it) =>
      row([it.title, `**${sayValue(it)}**`, sayLimit(it), it.ok ? "holds" : "**missed**", it.how]),
    ),
  ].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}
