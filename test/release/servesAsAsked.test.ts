import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { servesAll, sharedWeights } from "../../release/environment.ts";
import { type ServedTraffic, servesAsAsked } from "../../release/servesAsAsked.ts";

const platform = { services: ["api"] };
const share = fc.integer({ min: 0, max: 100 }).map((green) => sharedWeights("blue", green));
const count = fc.integer({ min: 0, max: 20 });

describe("traffic as it was asked", () => {
  it("has the very shares, where the platform gives them", () => {
    fc.assert(
      fc.property(share, share, (is, asked) => {
        expect(servesAsAsked({ weights: { api: is } }, platform, asked)).toBe(is.green === asked.green);
      }),
    );
    expect(servesAsAsked({ weights: {} }, platform, sharedWeights("blue", 10))).toBe(false);
  });

  it("is any share between where instances make it, whatever these make of it, and never all for one side", () => {
    fc.assert(
      fc.property(share, share, count, count, (made, asked, blue, green) => {
        const now: ServedTraffic = { weights: { api: made }, instances: { api: { blue, green } } };
        expect(servesAsAsked(now, platform, asked)).toBe(servesAll(asked) === undefined);
      }),
    );
  });
});
