import { describe, expect, it } from "vitest";
import { readSettings } from "../../../config.ts";
import type { Recorded } from "../recorded.ts";
import { config, manifest, one, settings, stack } from "./shop.ts";

const both = { blue: manifest("v1"), green: manifest("v2") };
const over = (aws: object, common: object = {}) => stack(both, { green: "v2", ...common, aws: { ...aws } });
const desired = (resources: Recorded[], side: string) =>
  ["api", "web"].map((service) => one(resources, "ecs:Service", `${side}-${service}`).inputs.desiredCount);
const gatesOf = (resources: Recorded[], side: string) =>
  resources.filter(({ type, name }) => /SteadyState|TargetsHealthy|SmokeGate/.test(type) && name.startsWith(side));

describe("a version on AWS that is stopped", () => {
  it("runs no task beside the one that serves, and is asked for nothing but that", async () => {
    const { resources } = await over({ stopped: "v2" });
    expect(desired(resources, "green")).toEqual([0, 0]);
    expect(desired(resources, "blue")).toEqual([2, 3]);
    expect(gatesOf(resources, "green").map(({ name }) => name)).toEqual(["green-steady"]);
    expect(one(resources, "aws:SteadyState", "green-steady").inputs).toMatchObject({
      services: [{ least: 0 }, { least: 0 }],
    });
    expect(one(resources, "aws:SwitchGate", "traffic-gate").inputs.proofs).toMatchObject([
      { environment: "blue" },
      { environment: "blue" },
    ]);
  });

  it("has no alarms: what gets nothing answers nothing", async () => {
    const { resources } = await over({ stopped: "v2" });
    const alarms = resources.filter(({ type }) => /Alarm$/.test(type)).map(({ name }) => name);
    expect(alarms.filter((name) => name.includes("green"))).toEqual([]);
    expect(alarms.filter((name) => name.includes("blue"))).not.toEqual([]);
  });

  it.each([
    ["everything", { live: "green" }],
    ["a share", { share: 10 }],
  ])("runs all the same while it gets %s, with every gate before the switch", async (_, common) => {
    const { resources } = await over({ stopped: "v2" }, common);
    expect(desired(resources, "green")).toEqual([2, 3]);
    expect(gatesOf(resources, "green")).toHaveLength(3);
  });

  it("is none where neither environment has it: the next release takes the side", async () => {
    const { resources } = await over({ stopped: "v0" });
    expect(desired(resources, "green")).toEqual([2, 3]);
  });

  it("gets no traffic by itself any more, before its tasks stop", async () => {
    const { resources } = await over({ stopped: "v2", rollback: {} });
    expect(one(resources, "aws:RollbackStandDown", "green-stand-down").inputs).toMatchObject({ stopped: true });
    expect(one(resources, "aws:RollbackStandDown", "blue-stand-down").inputs).not.toHaveProperty("stopped");
  });
});

describe("settings that stop a version", () => {
  const read = (common: object, aws: object) => () =>
    readSettings(config({ ...settings, ...common, aws: { ...settings.aws, stopped: "v1", ...aws } }));

  it("are refused where services scale by load", () => {
    const { api, web } = settings.aws.services;
    const services = { api, web: { ...web, scaling: { most: 9 } } };
    expect(read({}, { services })).toThrow(/aws\.stopped is not offered with greenlight:aws\.services\.web\.scaling/);
  });

  it("are refused with rolling releases", () => {
    expect(read({ strategy: { kind: "rolling" } }, {})).toThrow(
      /aws\.stopped is not offered with .*strategy\.kind rolling/,
    );
  });
});
