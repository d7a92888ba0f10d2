import { exitCodes } from "./exitCodes.ts";
import { Problem } from "./problem.ts";

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
type Unit = keyof typeof units;

/** What a duration looks like, for error texts. */
export const durationExpected = "a whole number with its unit: 250ms, 90s, 5m or 1h";

/** Longest duration taken: 30 days. */
export const longestDuration = 30 * 24 * units.h;

/** Milliseconds of `250ms`, `90s`, `5m` or `1h`; undefined for anything else or more than 30 days. */
export function readDuration(text: string): number | undefined {
  const match = /^(0|[1-9][0-9]{0,9})(ms|s|m|h)$/.exec(text);
  if (match === null) return undefined;
  const milliseconds = Number(match[1]) * units[match[2] as Unit];
  return milliseconds <= longestDuration ? milliseconds : undefined;
}

/** As {@link readDuration}. @throws Problem naming `where` for text that is not a duration. */
export function parseDuration(text: string, where?: string): number {
  const milliseconds = readDuration(text);
  if (milliseconds === undefined) {
    throw new Problem({
      happened: `${JSON.stringify(text.slice(0, 40))} is not a duration; expected ${durationExpected}.`,
      ...(where === undefined ? {} : { where }),
      exitCode: exitCodes.usage,
    });
  }
  return milliseconds;
}

/** The shortest text that {@link parseDuration} reads back as the same whole number of milliseconds. */
export function formatDuration(milliseconds: number): string {
  const whole = Math.round(milliseconds);
  const unit = (["h", "m", "s"] as const).find((candidate) => whole !== 0 && whole % units[candidate] === 0) ?? "ms";
  return whole === 0 ? "0s" : `${whole / units[unit]}${unit}`;
}

/** For people: `0.4 s`, `38 s`, `5 min`, `5 min 20 s`, `1 h 5 min`. */
export function spokenDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds) || milliseconds < 0) return "an unknown time";
  const tenths = Math.round(milliseconds / 100);
  if (tenths < 100) return `${tenths % 10 === 0 ? tenths / 10 : (tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const [large, small, names] =
    seconds < 7_200 ? ([60, 1, ["min", "s"]] as const) : ([3_600, 60, ["h", "min"]] as const);
  const whole = Math.floor(seconds / large);
  const rest = Math.floor((seconds % large) / small);
  return rest === 0 ? `${whole} ${names[0]}` : `${whole} ${names[0]} ${rest} ${names[1]}`;
}
