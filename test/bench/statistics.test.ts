import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compare, median } from "../../bench/statistics.ts";

const time = fc.double({ min: 0.001, max: 1e6, noNaN: true });

describe("median", () => {
  test("is the middle value, or the mean of the two in the middle", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 3])).toBe(4);
  });

  test("of nothing is no number, so that no limit holds for it", () => {
    expect(median([])).toBeNaN();
  });

  test("has as many values above as below, in whatever order they come", () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1 }), (values) => {
        const middle = median(values);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(below).toBeLessThanOrEqual(values.length / 2);
        expect(above).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});

describe("a comparison of two things measured in turn", () => {
  test("is the ratio of their medians, and says how far single pairs stray", () => {
    const pairs = [
      { base: 100, compared: 150 },
      { base: 200, compared: 240 },
      { base: 110, compared: 220 },
    ];
    expect(compare(pairs)).toEqual({
      ratio: 2,
      pairwise: { min: 1.2, median: 1.5, max: 2 },
      medians: { base: 110, compared: 220 },
    });
  });

  test("is not moved by one slow outlier of many", () => {
    const steady = Array.from({ length: 6 }, () => ({ base: 100, compared: 120 }));
    expect(compare([...steady, { base: 100, compared: 5000 }]).ratio).toBe(1.2);
  });

  test("of no pair is no number", () => {
    const { ratio, pairwise } = compare([]);
    expect([ratio, ...Object.values(pairwise)]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  });

  test("of equal times is 1", () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1 }), (times) => {
        expect(compare(times.map((it) => ({ base: it, compared: it }))).ratio).toBe(1);
      }),
    );
  });
});
