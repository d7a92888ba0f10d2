import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { within } from "../../release/within.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const never = async (signal: AbortSignal): Promise<never> => {
  await once(signal, "abort");
  throw signal.reason;
};

describe("a question with an end of its own", () => {
  test("ends when its time is over, whatever is collected as garbage meanwhile", async () => {
    const asked = within(20, new AbortController().signal, never);
    collectGarbage();
    await expect(asked).rejects.toMatchObject({ name: "TimeoutError", message: "There was no answer in 0.02 s." });
  });

  test("ends when whoever asks it stops, with their reason", async () => {
    const stopping = new AbortController();
    const asked = within(60_000, stopping.signal, never);
    stopping.abort(new Error("stopped by a person"));
    await expect(asked).rejects.toThrow("stopped by a person");
  });

  test("is over at once when the stop came before it", async () => {
    const seen = await within(60_000, AbortSignal.abort(), async (signal) => signal.aborted);
    expect(seen).toBe(true);
  });

  test("gives its answer, and nothing ends it later", async () => {
    const stopping = new AbortController();
    let given: AbortSignal | undefined;
    const answer = await within(60_000, stopping.signal, async (signal) => {
      given = signal;
      return 7;
    });
    stopping.abort();
    expect([answer, given?.aborted]).toEqual([7, false]);
  });
});
