import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { deadlineIn } from "../../release/deadline.ts";
import { Problem } from "../../release/problem.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

describe("a deadline", () => {
  test("aborts when its time is over, and says what took too long", async () => {
    const deadline = deadlineIn(5, "The migration");
    await once(deadline.signal, "abort");
    expect(deadline.passed()).toBe(true);
    expect(deadline.signal.reason).toBeInstanceOf(Problem);
    expect(String(deadline.signal.reason.happened)).toMatch(/^The migration took longer than/);
  });

  test("comes though nothing but its signal is held and garbage is collected", async () => {
    const { signal } = deadlineIn(20, "The answer", new AbortController().signal);
    collectGarbage();
    await once(signal, "abort");
    expect(signal.aborted).toBe(true);
  });

  test("follows the signal of whoever stops, and tells that from a lapse of time", () => {
    const stopping = new AbortController();
    const deadline = deadlineIn(60_000, "The answer", stopping.signal);
    stopping.abort(new Error("stopped by a person"));
    expect(deadline.signal.reason).toEqual(new Error("stopped by a person"));
    expect(deadline.passed()).toBe(false);
    deadline.end();
  });

  test("is over at once when the stop came before it", () => {
    const deadline = deadlineIn(60_000, "The answer", AbortSignal.abort());
    expect(deadline.signal.aborted).toBe(true);
    deadline.end();
  });

  test("never comes once it was ended", async () => {
    const stopping = new AbortController();
    const deadline = deadlineIn(1, "The answer", stopping.signal);
    deadline.end();
    const longer = deadlineIn(10, "The comparison");
    await once(longer.signal, "abort");
    stopping.abort();
    expect(deadline.signal.aborted).toBe(false);
  });
});
