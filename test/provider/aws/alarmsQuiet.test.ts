import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Managed } from "../managed.ts";
import { Cloud } from "./cloud.ts";

const inputs = (over: object = {}) => ({
  region: "eu-central-1",
  environment: "green",
  version: "v2",
  listener: "arn:listener",
  services: [{ service: "api", blue: "arn:blue", green: "arn:green" }],
  alarms: { blue: "prod-blue-no-go", green: "prod-green-no-go" },
  prefix: "prod",
  intervalMs: 1,
  deadlineMs: 100,
  ...over,
});

describe("the gate before anything of a version is deployed", () => {
  let cloud: Cloud;
  let gate: Managed;

  const serves = (blue: number) =>
    cloud.answers("DescribeRules", {
      Rules: [
        {
          RuleArn: "arn:rule",
          Actions: [
            {
              Type: "forward",
              ForwardConfig: {
                TargetGroups: [
                  { TargetGroupArn: "arn:blue", Weight: blue },
                  { TargetGroupArn: "arn:green", Weight: 100 - blue },
                ],
              },
            },
          ],
        },
      ],
    });

  /** States of the composite alarms by name, and the metric alarms that fire. */
  const alarms = (states: Readonly<Record<string, string>>, firing: readonly string[] = []) =>
    cloud.answers("DescribeAlarms", ({ AlarmNames, AlarmNamePrefix }) => ({
      CompositeAlarms: Object.entries(states)
        .filter(([name]) => Array.isArray(AlarmNames) && AlarmNames.includes(name))
        .map(([AlarmName, StateValue]) => ({ AlarmName, StateValue })),
      MetricAlarms: AlarmNamePrefix === "prod-" ? firing.map((AlarmName) => ({ AlarmName, StateValue: "ALARM" })) : [],
    }));

  beforeEach(async () => {
    cloud = await Cloud.start();
    gate = new Managed("greenlight:aws:AlarmsQuiet", "green-quiet");
    serves(100);
    alarms({ "prod-blue-no-go": "OK", "prod-green-no-go": "ALARM" });
  });
  afterEach(() => cloud.end());

  it("passes while the alarm of what serves is at OK, whatever that of the side to be deployed to says", async () => {
    expect(await gate.create(inputs())).toMatchObject({ quiet: ["blue"] });
  });

  it("refuses to begin while it fires, and names the alarms behind it", async () => {
    alarms({ "prod-blue-no-go": "ALARM" }, ["prod-blue-api-errors"]);
    const failed = gate.create(inputs({ deadlineMs: 60_000 }));
    await expect(failed).rejects.toThrow("v2 was not begun: prod-blue-no-go fires already.");
    await expect(failed).rejects.toThrow("Where: alarms that fire: prod-blue-api-errors");
    await expect(failed).rejects.toThrow("Nothing was deployed; traffic is as before.");
  });

  it.each([
    ["is not there", {}, "there is no alarm prod-blue-no-go, so nobody would hear"],
    [
      "has no state",
      { "prod-blue-no-go": "INSUFFICIENT_DATA" },
      "prod-blue-no-go has no state yet (INSUFFICIENT_DATA)",
    ],
  ])("never takes an alarm that %s for a quiet one", async (_, states, expected) => {
    alarms(states);
    await expect(gate.create(inputs())).rejects.toThrow(expected);
  });

  it("asks nobody's alarms where nothing serves yet, or only the side itself", async () => {
    cloud.answers("DescribeRules", { Rules: [] });
    expect(await gate.create(inputs())).toMatchObject({ quiet: [] });
    serves(0);
    expect(await gate.create(inputs())).toMatchObject({ quiet: [] });
    expect(cloud.operations()).not.toContain("DescribeAlarms");
  });

  it("is asked once for a version: what serves later does not make it ask again", async () => {
    await gate.create(inputs());
    expect(await gate.differs(inputs({ prefix: "other", alarms: { blue: "a", green: "b" } }))).toBe(false);
    expect(await gate.differs(inputs({ version: "v3" }))).toBe(true);
  });
});
