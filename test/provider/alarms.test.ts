import { existsSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readAlarms } from "../../provider/local/alarms.ts";
import { defaultThresholds } from "../../release/thresholds.ts";
import { Managed } from "./managed.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
let alarms: Managed;
beforeEach(() => {
  stage = new Stage();
  alarms = new Managed("greenlight:local:Alarms");
});
afterEach(() => stage.end());

const wanted = (over = {}) => ({ dir: stage.dir, services: ["api"], thresholds: defaultThresholds, ...over });
const file = () => stage.path("alarms.json");

describe("alarms", () => {
  it("are read back as they were armed", async () => {
    await alarms.create(wanted());
    expect(readAlarms(stage.dir)).toEqual({ services: ["api"], thresholds: defaultThresholds });
    await alarms.refresh();
    expect(await alarms.differs()).toBe(false);
  });

  it("take up changed thresholds", async () => {
    await alarms.create(wanted());
    const changed = wanted({ thresholds: { ...defaultThresholds, minRequests: 7 } });
    expect(await alarms.differs(changed)).toBe(true);
    await alarms.update(changed);
    expect(readAlarms(stage.dir)?.thresholds.minRequests).toBe(7);
  });

  it("changed by hand are drift, mended by the next update", async () => {
    await alarms.create(wanted());
    writeFileSync(file(), stage.read("alarms.json").replace('"minRequests": 100', '"minRequests": 0'));
    await alarms.refresh();
    expect(await alarms.differs()).toBe(true);
    await alarms.update();
    expect(readAlarms(stage.dir)?.thresholds.minRequests).toBe(100);
  });

  it.each(["", "{", "null", '{"services": []}'])(
    "spoiled (%j) are drift for a refresh, an error for a watch",
    async (text) => {
      await alarms.create(wanted());
      writeFileSync(file(), text);
      expect(() => readAlarms(stage.dir)).toThrow();
      await alarms.refresh();
      expect(await alarms.differs()).toBe(true);
    },
  );

  it("removed are gone", async () => {
    await alarms.create(wanted());
    rmSync(file());
    expect(await alarms.refresh()).toBeUndefined();
    expect(readAlarms(stage.dir)).toBeUndefined();
  });

  it("go with the stack", async () => {
    await alarms.create(wanted());
    await alarms.delete();
    expect(existsSync(file())).toBe(false);
    await alarms.delete();
  });

  it("without a service, or with a threshold of another shape, are refused", async () => {
    expect(await alarms.refusals(wanted({ services: [] }))).toEqual([expect.stringMatching(/^services: /)]);
    const odd = { ...defaultThresholds, p95: { maxMs: "fast", for: 1 } };
    expect(await alarms.refusals(wanted({ thresholds: odd }))).toEqual([
      expect.stringMatching(/^thresholds\.p95\.maxMs: /),
    ]);
  });
});
