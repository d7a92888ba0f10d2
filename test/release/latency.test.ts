import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addHistograms,
  type Bucket,
  difference,
  type Histogram,
  histogramFault,
  percentile,
  totalOf,
} from "../../release/latency.ts";

const bounds = [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, Number.POSITIVE_INFINITY];
const histogramOf = (values: readonly number[], les: readonly number[] = bounds): Histogram =>
  les.map((le) => ({ le, count: values.filter((value) => value <= le).length }));
const values = fc.array(fc.double({ min: 0, max: 20_000, noNaN: true }), { minLength: 1, maxLength: 300 });

describe("a percentile of buckets", () => {
  it("lies in the bucket of the exact one, for any values and any share", () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
        const sorted = all.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        const found = percentile(histogramOf(all), share);
        const upper = bounds.find((le) => exact <= le) ?? 0;
        const lower = bounds[bounds.indexOf(upper) - 1] ?? 0;
        expect(found?.open).toBe(upper === Number.POSITIVE_INFINITY);
        expect(found?.ms).toBeGreaterThanOrEqual(lower);
        if (found?.open === false) expect(found.ms).toBeLessThanOrEqual(upper);
      }),
    );
  });

  it("never falls when a value is made slower", () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.double({ min: 0, max: 20_000, noNaN: true }), (all, index, more) => {
        const slower = all.map((value, at) => (at === index % all.length ? value + more : value));
        expect(percentile(histogramOf(slower), 0.95)?.ms).toBeGreaterThanOrEqual(
          percentile(histogramOf(all), 0.95)?.ms ?? 0,
        );
      }),
    );
  });

  it("of nothing is not there", () => {
    expect(percentile(histogramOf([]), 0.95)).toBeUndefined();
    expect(percentile([], 0.95)).toBeUndefined();
  });
});

describe("what happened between two scrapes", () => {
  it("is what was added, whatever was there before", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9_000)), fc.array(fc.nat(9_000)), (before, added) => {
        expect(difference(histogramOf(before), histogramOf([...before, ...added]))).toEqual({
          ok: true,
          histogram: histogramOf(added),
          reset: false,
        });
      }),
    );
  });

  it("after the counters started anew is what was counted since", () => {
    expect(difference(histogramOf([1, 2, 3]), histogramOf([40]))).toEqual({
      ok: true,
      histogram: histogramOf([40]),
      reset: true,
    });
  });

  it("is also a new start when the total rose but a bucket's own share fell", () => {
    expect(difference(histogramOf([1, 1]), histogramOf([200, 200, 200]))).toMatchObject({ reset: true });
    expect(difference(histogramOf([1, 7]), histogramOf([1, 1, 1]))).toMatchObject({ reset: true });
  });

  it("cannot be told across changed bounds", () => {
    expect(difference(histogramOf([1]), histogramOf([1], [1, 2, Number.POSITIVE_INFINITY]))).toMatchObject({
      ok: false,
    });
    expect(addHistograms(histogramOf([1]), histogramOf([1], [2, Number.POSITIVE_INFINITY]))).toBeUndefined();
  });

  it("adds up again", () => {
    const sum = addHistograms(histogramOf([1, 60]), histogramOf([7]));
    expect(sum).toEqual(histogramOf([1, 60, 7]));
    expect(totalOf(sum ?? [])).toBe(3);
  });

  it.each<[string, readonly Bucket[], RegExp]>([
    ["no buckets", [], /no latency buckets/],
    ["no bucket for everything", [{ le: 5, count: 1 }], /\+Inf/],
    [
      "falling counts",
      [
        { le: 5, count: 2 },
        { le: Number.POSITIVE_INFINITY, count: 1 },
      ],
      /never fall/,
    ],
    [
      "negative counts",
      [
        { le: 5, count: -1 },
        { le: Number.POSITIVE_INFINITY, count: 1 },
      ],
      /never fall/,
    ],
    [
      "counts that are no number",
      [
        { le: 5, count: Number.NaN },
        { le: Number.POSITIVE_INFINITY, count: 1 },
      ],
      /never fall/,
    ],
    [
      "bounds out of order",
      [
        { le: 5, count: 1 },
        { le: 4, count: 1 },
        { le: Number.POSITIVE_INFINITY, count: 1 },
      ],
      /ascend/,
    ],
  ])("%s are no histogram", (_, histogram, fault) => {
    expect(histogramFault(histogram)).toMatch(fault);
    expect(difference(histogram, histogram).ok).toBe(false);
    expect(percentile(histogram, 0.95)).toBeUndefined();
  });
});
