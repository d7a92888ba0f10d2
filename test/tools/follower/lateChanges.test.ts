import { beforeEach, describe, expect, it } from "vitest";
import { LateChanges } from "../../../tools/follower/lateChanges.ts";

describe("changes that are acted by late", () => {
  let abort: AbortController;
  let acted: { readonly change: string; readonly at: number }[];
  let changes: LateChanges<string>;
  /** What acting by a change waits for. */
  let held: Promise<void>;

  beforeEach(() => {
    abort = new AbortController();
    acted = [];
    held = Promise.resolve();
    changes = new LateChanges<string>(async (change) => {
      acted.push({ change, at: Date.now() });
      await held;
    }, abort.signal);
  });

  const order = () => acted.map(({ change }) => change);

  it("are acted by when they are due and not before, in order", async () => {
    const now = Date.now();
    changes.add("first", now + 40);
    changes.add("second", now + 80);
    await changes.settled();
    expect(order()).toEqual(["first", "second"]);
    expect(acted[0]?.at).toBeGreaterThanOrEqual(now + 40);
    expect(acted[1]?.at).toBeGreaterThanOrEqual(now + 80);
    changes.add("third", now);
    await changes.settled();
    expect(order()).toEqual(["first", "second", "third"]);
  });

  it("wait for an earlier one that is due after them", async () => {
    const now = Date.now();
    changes.add("first", now + 60);
    changes.add("second", now);
    await changes.settled();
    expect(order()).toEqual(["second"]);
    expect(acted[0]?.at).toBeGreaterThanOrEqual(now + 60);
  });

  it("are left out when they were overtaken while an earlier one was acted by", async () => {
    let goOn = () => {};
    held = new Promise((resolve) => {
      goOn = resolve;
    });
    const now = Date.now();
    changes.add("first", now);
    await expect.poll(order).toEqual(["first"]);
    changes.add("second", now);
    changes.add("third", now);
    goOn();
    await changes.settled();
    expect(order()).toEqual(["first", "third"]);
  });

  it("are acted by whenever they come, also as an earlier one ends", async () => {
    for (let ticks = 0; ticks < 12; ticks++) {
      const before = acted.length;
      changes.add("first", 0);
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      changes.add("second", 0);
      await expect.poll(() => acted.slice(before).at(-1)?.change).toBe("second");
      await changes.settled();
    }
  });

  it("are acted by no more when it is over", async () => {
    changes.add("first", Date.now() + 60_000);
    abort.abort();
    await changes.settled();
    expect(acted).toEqual([]);
  });
});
