import { expect, it } from "vitest";
import { Changes } from "../../../tools/aws/simulator/changes.ts";

const never = new AbortController().signal;

it("wakes everybody who waits when something changes", async () => {
  const changes = new Changes();
  const woken: string[] = [];
  const waiting = ["one", "other"].map(async (who) => {
    await changes.after(changes.count, never);
    woken.push(who);
  });
  expect(woken).toEqual([]);
  changes.note();
  await Promise.all(waiting);
  expect(woken).toEqual(["one", "other"]);
});

it("lets nobody wait for a change that came after their count, before they waited", async () => {
  const changes = new Changes();
  const before = changes.count;
  changes.note();
  await changes.after(before, never);
  expect(changes.count).toBe(before + 1);
});

it("lets nobody wait who gives up", async () => {
  const changes = new Changes();
  const abort = new AbortController();
  const waiting = changes.after(changes.count, abort.signal);
  abort.abort();
  await waiting;
  await changes.after(changes.count, abort.signal);
  expect(changes.count).toBe(0);
});
