import { parseArgs } from "node:util";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";

/** Every figure, in the order in which they are measured. */
export const figureNames = [
  "bundled-start",
  "junit-reading",
  "check-large-reports",
  "preview-with-packs",
  "preview-services",
  "switch-update-ratio",
  "failed-requests",
  "verdict-to-last-bad-answer",
  "old-side-last-answer",
  "rehearse-quick",
  "rehearse-full",
  "memory",
  "kubernetes-comparison",
] as const;

/** Measured by name alone: it takes ten minutes, and the first time Argo Rollouts is built for it. */
const byNameAlone = "kubernetes-comparison" satisfies FigureName;

export type FigureName = (typeof figureNames)[number];

export interface BenchOptions {
  /** Which figures to measure. */
  readonly names: readonly FigureName[];
  /** Fewer requests and repetitions, to see that the benchmark works; writes no documentation. */
  readonly short: boolean;
  /** Only the JSON: no progress on stderr. */
  readonly json: boolean;
  /** The full rehearsal instead of the quick one. */
  readonly full: boolean;
  /** Requests a second over all services; undefined: half of what this machine carries with ease, or the figure's own. */
  readonly rate: number | undefined;
  /** The first of the 200 ports that it uses. */
  readonly firstPort: number;
}

export const usage = `usage: npm run bench -- [options]

  --only <name>   measure this figure only; may be given again (${figureNames.join(", ")});
                  ${byNameAlone} is measured by name alone
  --full          play the full rehearsal, too, and take memory from it
  --short         fewer requests and repetitions; docs/performance.md is not written
  --json          print the JSON and nothing else
  --rate <n>      requests a second; default half of what this machine carries (--short: 300),
                  of ${byNameAlone} 200 (--short: 300)
  --port <n>      first port, default 24000`;

/** @throws Problem when an argument is not understood */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parsed(args);
  const only = values.only ?? [];
  for (const name of only) if (!isFigureName(name)) throw wrong(`There is no figure ${name}.`);
  const wanted = figureNames.filter((name) => (only.length === 0 ? name !== byNameAlone : only.includes(name)));
  const full = values.full ?? only.includes("rehearse-full");
  return {
    names: wanted.filter((name) => name !== "rehearse-full" || full),
    short: values.short ?? false,
    json: values.json ?? false,
    full,
    rate: number("--rate", values.rate, 1, 5000) ?? (values.short ? 300 : undefined),
    firstPort: number("--port", values.port, 1024, 65_000) ?? 24_000,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string", multiple: true },
        full: { type: "boolean" },
        short: { type: "boolean" },
        json: { type: "boolean" },
        rate: { type: "string" },
        port: { type: "string" },
      },
    });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

function number(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw wrong(`${name} is a whole number from ${least} to ${most}, not ${text}.`);
}

function isFigureName(text: string): text is FigureName {
  return figureNames.some((name) => name === text);
}

function wrong(happened: string): Problem {
  return new Problem({ happened, untouched: "Nothing was measured.", next: usage, exitCode: exitCodes.usage });
}
