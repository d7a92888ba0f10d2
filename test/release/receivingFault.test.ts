import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { environmentNames, other, sharedWeights } from "../../release/environment.ts";
import { receivingFault } from "../../release/receivingFault.ts";

const words = { one: "pod", many: "pods", fit: "ready" };
const side = fc
  .integer({ min: 0, max: 5 })
  .chain((of) => fc.record({ of: fc.constant(of), ready: fc.integer({ min: 0, max: of }) }));
const weights = fc
  .tuple(fc.constantFrom(...environmentNames), fc.integer({ min: 0, max: 100 }))
  .map(([live, share]) => sharedWeights(live, share));

describe("the environment that is to receive more traffic", () => {
  it("is fit only when all that it has may take requests, and it is no less than what serves", () => {
    fc.assert(
      fc.property(weights, weights, side, side, (before, after, blue, green) => {
        const servers = { blue, green };
        const fault = receivingFault("api", before, after, servers, words);
        const receiving = environmentNames.find((name) => after[name] > before[name]);
        if (receiving === undefined) {
          expect(fault).toBeUndefined();
          return;
        }
        const { of, ready } = servers[receiving];
        const enough = before[other(receiving)] === 0 || ready >= servers[other(receiving)].ready;
        expect(fault === undefined).toBe(of > 0 && ready === of && enough);
      }),
    );
  });

  it.each([
    [{ of: 0, ready: 0 }, "green has no pod for api"],
    [
      { of: 2, ready: 1, trouble: "green-1: its image cannot be pulled" },
      "1 of 2 pods of api in green are ready (green-1: its image cannot be pulled)",
    ],
    [{ of: 1, ready: 1 }, "green has 1 pods for api where 2 serve now"],
  ])("is told what it lacks: %j", (green, says) => {
    const servers = { blue: { of: 2, ready: 2 }, green };
    expect(receivingFault("api", sharedWeights("blue", 0), sharedWeights("blue", 10), servers, words)).toBe(says);
  });

  it("is asked for no more than its share of the traffic takes, where instances follow traffic", () => {
    const servers = { blue: { of: 4, ready: 4 }, green: { of: 1, ready: 1 } };
    const fault = (share: number, green: number) =>
      receivingFault("api", sharedWeights("blue", 0), sharedWeights("blue", share), servers, words, { blue: 4, green });
    expect(fault(25, 1)).toBeUndefined();
    expect(fault(50, 2)).toBe("green has 1 pods for api where its share of the traffic takes 2");
  });
});
