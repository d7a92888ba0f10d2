import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Orders, orderOf } from "../../cli/strategy/orders.ts";

describe("an order to a canary", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "orders-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it("is read by the release that it is for, and by no other", () => {
    new Orders({ dir }, "v2").give("pause", "an engineer");
    expect(new Orders({ dir }, "v2").read()).toMatchObject({ order: "pause", by: "an engineer", version: "v2" });
    expect(new Orders({ dir }, "v3").read()).toBeUndefined();
  });

  it("is the last one that was given, and none after the release", () => {
    const orders = new Orders({ dir }, "v2");
    orders.give("pause", "an engineer");
    orders.give("resume", "another");
    expect(orders.read()).toMatchObject({ order: "resume", by: "another" });
    expect(orderOf(orders.read())).toBe("walk");
    orders.clear();
    expect(orders.read()).toBeUndefined();
  });

  it.each([
    ["nothing", ""],
    ["half an order", '{"version":"v2","ord'],
    ["another thing", '{"version":"v2","order":"hurry","by":"x","at":"2026-01-05T12:00:00.000Z"}'],
    ["no object", "[]"],
  ])("that holds %s is an error that says what is left and what to do", (_, text) => {
    writeFileSync(join(dir, "order.json"), text);
    expect(() => new Orders({ dir }, "v2").read()).toThrow("The last order to the release cannot be read.");
    expect(() => new Orders({ dir }, "v2").read()).toThrow(/Traffic is left as it is\.[\s\S]*remove that file/);
  });
});
