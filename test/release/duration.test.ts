import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatDuration,
  longestDuration,
  parseDuration,
  readDuration,
  spokenDuration,
} from "../../release/duration.ts";
import { Problem } from "../../release/problem.ts";

describe("durations", () => {
  it.each([
    ["250ms", 250],
    ["90s", 90_000],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["0s", 0],
  ])("%s is %d ms", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(["", "5", "5 m", "-5m", "1.5h", "5M", "05s", "1h30m", "٣s", "99999h", "5m\n"])(
    "%j is refused, with what is expected",
    (text) => {
      expect(() => parseDuration(text, "smoke.timeout")).toThrow(Problem);
      expect(() => parseDuration(text, "smoke.timeout")).toThrow(
        /expected a whole number with its unit[\s\S]*Where: smoke\.timeout/,
      );
    },
  );

  it("is read back as written, for every whole number of milliseconds up to 30 days", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: longestDuration }), (milliseconds) => {
        expect(readDuration(formatDuration(milliseconds))).toBe(milliseconds);
      }),
    );
  });

  it.each([
    [400, "0.4 s"],
    [38_000, "38 s"],
    [300_000, "5 min"],
    [320_000, "5 min 20 s"],
    [3_900_000, "65 min"],
    [7_500_000, "2 h 5 min"],
    [Number.NaN, "an unknown time"],
  ])("%d ms is said as %s", (milliseconds, words) => {
    expect(spokenDuration(milliseconds)).toBe(words);
  });
});
