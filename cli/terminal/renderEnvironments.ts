import type { Reason } from "../../release/verdict.ts";
import { count, milliseconds, percent } from "../../release/wording.ts";
import type { EnvironmentLook } from "../reporter.ts";
import { bar } from "./bar.ts";
import type { Look } from "./displayState.ts";
import { pad, shorten, widthOf } from "./printable.ts";
import type { Style } from "./style.ts";

const labelColumns = 10;
const unknown = "–";

interface Cell {
  readonly text: string;
  readonly bad: boolean;
}

interface Limits {
  /** Fraction. */
  readonly errorRate: number | undefined;
  readonly p95Ms: number | undefined;
}

/** The environments side by side, or one below the other where there is no room. */
export function renderEnvironments(look: Look, width: number, style: Style): string[] {
  const limits = limitsOf(look.verdict.reasons);
  const sides = look.environments;
  const columns = Math.floor((width - labelColumns) / Math.max(1, sides.length)) - 2;
  if (columns < 23) return sides.map((side) => shorten(narrowLine(side), width));
  const rows: [string, (side: EnvironmentLook) => Cell][] = [
    ["healthy", healthy],
    ["traffic", (side) => ({ text: `${bar(side.share / 100, 8)} ${side.share} %`, bad: false })],
    ["requests", (side) => ({ text: perSecond(side), bad: false })],
    ["errors", (side) => errors(side, limits)],
    ["P95", (side) => p95(side, limits, columns)],
  ];
  const head = sides.map((side) => style.bold(pad(shorten(named(side), columns), columns))).join("  ");
  return [
    `${" ".repeat(labelColumns)}${head}`.trimEnd(),
    ...rows.map(([label, cell]) => {
      const cells = sides.map((side) => {
        const { text, bad } = cell(side);
        const padded = pad(shorten(text, columns), columns);
        return bad ? style.red(padded) : padded;
      });
      return `${style.dim(pad(label, labelColumns))}${cells.join("  ")}`.trimEnd();
    }),
  ];
}

/** The thresholds stand in the verdict's grounds, which are what is judged by. */
function limitsOf(reasons: readonly Reason[]): Limits {
  const limit = (look: Reason["look"]) => reasons.find((it) => it.look === look && it.threshold !== null)?.threshold;
  return { errorRate: limit("errors") ?? undefined, p95Ms: limit("latency") ?? undefined };
}

function named(side: EnvironmentLook): string {
  return `${side.environment} ${side.version ?? "(empty)"}`;
}

function healthy(side: EnvironmentLook): Cell {
  if (side.of === 0) return { text: unknown, bad: false };
  return { text: `${side.healthy} of ${side.of}`, bad: side.healthy < side.of };
}

function perSecond(side: EnvironmentLook): string {
  return side.requestsPerSecond === undefined ? unknown : `${count(side.requestsPerSecond)} / s`;
}

function errors(side: EnvironmentLook, { errorRate }: Limits): Cell {
  if (side.errorRate === undefined) return { text: unknown, bad: false };
  const limit = errorRate === undefined ? "" : ` (limit ${percent(errorRate)})`;
  return { text: `${percent(side.errorRate)}${limit}`, bad: errorRate !== undefined && side.errorRate > errorRate };
}

function p95(side: EnvironmentLook, { p95Ms: limit }: Limits, columns: number): Cell {
  if (side.p95Ms === undefined) return { text: unknown, bad: false };
  const value = milliseconds(side.p95Ms);
  if (limit === undefined) return { text: value, bad: false };
  const words = `${value} of ${milliseconds(limit)}`;
  const room = Math.min(10, columns - widthOf(words) - 1);
  const text = room >= 4 ? `${bar(side.p95Ms / limit, room)} ${words}` : words;
  return { text, bad: side.p95Ms > limit };
}

function narrowLine(side: EnvironmentLook): string {
  const parts = [`${side.share} %`, side.of === 0 ? undefined : `${side.healthy}/${side.of} healthy`];
  if (side.requestsPerSecond !== undefined) parts.push(`${count(side.requestsPerSecond)}/s`);
  if (side.errorRate !== undefined) parts.push(`err ${percent(side.errorRate)}`);
  if (side.p95Ms !== undefined) parts.push(`P95 ${milliseconds(side.p95Ms)}`);
  return `${named(side)}: ${parts.filter((it) => it !== undefined).join(", ")}`;
}
