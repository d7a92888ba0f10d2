import type { DoctorReport, Finding } from "../../tools/doctor.ts";
import { oneLine, pad, widthOf, wrap } from "./printable.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

const marks: Readonly<Record<Finding["state"], string>> = {
  ready: "✓",
  providable: "+",
  optional: "–",
  missing: "✗",
};

/** What `greenlight doctor` prints: a table of what is there, then what mends the rest, what is in the way first. */
export function doctorText(report: DoctorReport, style: Style, columns: number): string {
  const width = Math.max(60, columns);
  const paint = { ready: style.green, providable: style.cyan, optional: style.dim, missing: style.red };
  const rows = report.findings.map((it) => [
    paint[it.state](`${marks[it.state]} ${it.name}`),
    it.version ?? it.state,
    it.source ?? "",
    it.path ?? "",
  ]);
  const others = [0, 1, 2].map((index) => Math.max(4, ...rows.map((row) => widthOf(row[index] ?? ""))));
  const room = width - others.reduce((sum, it) => sum + it, 0) - 14;
  const shown = rows.map(([name = "", version = "", source = "", path = ""]) => [
    name,
    version,
    source,
    shortenPath(path, Math.max(12, room)),
  ]);
  const lines = [table(["what", "version", "from", "where"], shown)];
  const order: readonly Finding["state"][] = ["missing", "providable", "optional"];
  for (const state of order) {
    for (const it of report.findings.filter((finding) => finding.state === state)) {
      lines.push(...advice(it, width).map((line, index) => (index === 0 ? paint[state](line) : line)));
    }
  }
  const missing = report.findings.filter(({ state }) => state === "missing").length;
  const providable = report.findings.filter(({ state }) => state === "providable").length;
  lines.push(
    !report.ok
      ? style.red(`${missing} ${missing === 1 ? "thing is" : "things are"} in the way of a release.`)
      : providable === 0
        ? style.green("Everything a release needs is here.")
        : style.green(`Everything a release needs is here, or comes by itself when first needed (${providable}).`),
    style.dim(`Our cache: ${report.cache}`),
  );
  return lines.join("\n");
}

function advice(it: Finding, width: number): string[] {
  const why = it.note === undefined ? `wanted: ${it.wanted}` : it.note;
  const head = wrap(oneLine(`${marks[it.state]} ${it.name}: ${why}`), width);
  if (it.mend === undefined) return head;
  return [...head, `    ${pad("mend it:", 9)}${oneLine(it.mend)}`];
}

/** The end of a path says more than its beginning. */
function shortenPath(path: string, columns: number): string {
  return widthOf(path) <= columns ? path : `…${path.slice(path.length - columns + 1)}`;
}
