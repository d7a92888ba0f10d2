import { describe, expect, it } from "vitest";
import { patiently } from "../../cli/platform/patiently.ts";
import type { Serving } from "../../cli/platform/platform.ts";
import { Problem } from "../../release/problem.ts";

class Passing extends Problem {}
const restarting = () => new Passing({ happened: "The API did not tell what serves: it restarts." });
const forbidden = () => new Problem({ happened: "The API did not tell what serves: it is forbidden." });
const served: Serving = { readAt: new Date(0), environment: "blue", weights: {} };

/** A platform that answers with these errors first. */
const failing = (...errors: Error[]) => {
  const answer = async <T>(well: T) => {
    const error = errors.shift();
    if (error !== undefined) throw error;
    return well;
  };
  return {
    serving: () => answer(served),
    healthy: () => answer({ healthy: 2, of: 2 }),
    passes: (error: unknown) => error instanceof Passing,
    left: errors,
  };
};

describe("a platform that is asked patiently", () => {
  it("is asked again what it could not answer for a moment, and says so once", async () => {
    const told: string[] = [];
    const platform = patiently(failing(restarting(), restarting(), restarting()), (text) => told.push(text));
    expect(await platform.serving()).toBe(served);
    expect(await platform.healthy()).toEqual({ healthy: 2, of: 2 });
    expect(told).toEqual(["The API did not tell what serves: it restarts. It is asked again for 60 s."]);
  });

  it("is not asked again what does not pass", async () => {
    const told: string[] = [];
    const stub = failing(forbidden(), restarting());
    await expect(patiently(stub, (text) => told.push(text)).serving()).rejects.toThrow("it is forbidden");
    expect(stub.left).toHaveLength(1);
    expect(told).toEqual([]);
  });

  it("is not asked again when somebody stops it", async () => {
    const stop = new AbortController();
    const always = { ...failing(), serving: () => Promise.reject(restarting()) };
    const asked = patiently(always, () => stop.abort(new Error("stopped")), stop.signal).serving();
    await expect(asked).rejects.toThrow("stopped");
  });
});
