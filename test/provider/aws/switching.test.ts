import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Managed } from "../managed.ts";
import { Cloud } from "./cloud.ts";

const group = (name: string) =>
  `arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/prod-${name}/0123456789abcdef`;
const listener = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/prod/1/2";
const services = ["api", "web"].map((service) => ({
  service,
  blue: group(`blue-${service}`),
  green: group(`green-${service}`),
}));

const proofs = (environment: string, version: string) =>
  ["health", "smoke"].map((gate) => ({ gate, environment, version, passed: true, at: "2026-03-02T10:00:00.000Z" }));

const gateInputs = (live: "blue" | "green", over: object = {}) => ({
  region: "eu-central-1",
  listener,
  services,
  weights: live === "blue" ? { blue: 100, green: 0 } : { blue: 0, green: 100 },
  versions: { blue: "v1", green: "v2" },
  proofs: [...proofs("blue", "v1"), ...proofs("green", "v2")],
  requires: ["health", "smoke"],
  intervalMs: 1,
  deadlineMs: 100,
  ...over,
});

let cloud: Cloud;
beforeEach(async () => {
  cloud = await Cloud.start();
  healthy({ blue: 2, green: 2 });
});
afterEach(() => cloud.end());

/** The rules of the listener: weights by service. */
function serves(weights: Readonly<Record<string, { blue: number; green: number }>>): void {
  cloud.answers("DescribeRules", {
    Rules: services.flatMap(({ service, blue, green }) => {
      const it = weights[service];
      if (it === undefined) return [];
      const TargetGroups = [
        { TargetGroupArn: blue, Weight: it.blue },
        { TargetGroupArn: green, Weight: it.green },
      ];
      return [{ RuleArn: `arn:rule/${service}`, Actions: [{ Type: "forward", ForwardConfig: { TargetGroups } }] }];
    }),
  });
}
const both = (blue: number) => {
  const weights = { blue, green: 100 - blue };
  serves({ api: weights, web: weights });
};

/** Healthy targets of every service by environment, and others in other states. */
function healthy(counts: { blue: number; green: number }, others: readonly string[] = []): void {
  cloud.answers("DescribeTargetHealth", ({ TargetGroupArn }) => {
    const environment = String(TargetGroupArn).includes("blue") ? "blue" : "green";
    const states = [...Array<string>(counts[environment]).fill("healthy"), ...(environment === "green" ? others : [])];
    return {
      TargetHealthDescriptions: states.map((State, at) => ({
        Target: { Id: `10.0.0.${at}` },
        TargetHealth: { State, ...(State === "unhealthy" ? { Description: "Health checks failed" } : {}) },
      })),
    };
  });
}

describe("the gate before the rules that users reach", () => {
  let gate: Managed;
  beforeEach(async () => {
    gate = new Managed("greenlight:aws:SwitchGate", "traffic-gate");
    serves({});
    await gate.create(gateInputs("blue"));
    both(100);
  });

  it("passes for a side whose gates passed and whose targets are healthy", async () => {
    expect(await gate.update(gateInputs("green"))).toMatchObject({
      serving: { api: { blue: 0, green: 100 }, web: { blue: 0, green: 100 } },
      targets: { api: { blue: 2, green: 2 } },
    });
  });

  it("lets no side have traffic without the proofs of its own gates", async () => {
    const refused = await gate.refusals(gateInputs("green", { proofs: proofs("green", "v1") }));
    expect(refused).toHaveLength(2);
    expect(refused[0]).toContain("green v2 gets no traffic: no proof that health passed for v2 in green");
    expect(await gate.refusals(gateInputs("green", { versions: { blue: "v1" } }))).toEqual([
      "weights: green has no version, so it cannot receive traffic",
    ]);
    expect(await gate.refusals(gateInputs("green", { weights: { blue: 10, green: 80 } }))).toEqual([
      "weights: the weights of blue and green must sum to 100",
    ]);
  });

  it("refuses weights that somebody moved, and says which rule, from what to what", async () => {
    serves({ api: { blue: 100, green: 0 }, web: { blue: 70, green: 30 } });
    const failed = gate.update(gateInputs("green"));
    await expect(failed).rejects.toThrow(
      "Somebody moved traffic: web is served blue 70 %, green 30 %, the last update left blue 100 % (arn:rule/web).",
    );
    await expect(failed).rejects.toThrow("Traffic was left as it is.");
    await expect(failed).rejects.toThrow("`pulumi refresh` takes what serves now as the starting point");
  });

  it("takes what serves as the starting point after a refresh, which shows it as a difference", async () => {
    both(70);
    expect(await gate.refresh()).toMatchObject({ serving: { web: { blue: 70, green: 30 } } });
    expect(await gate.differs()).toBe(true);
    await gate.update();
    expect(await gate.differs()).toBe(false);
  });

  it("goes along with traffic that is where the update wants it already", async () => {
    both(0);
    await gate.update(gateInputs("green"));
  });

  it.each([
    [
      "a target that is not healthy",
      { blue: 2, green: 2 },
      ["unhealthy"],
      "2 of 3 targets of api in green are healthy (10.0.0.2 is unhealthy: Health checks failed)",
    ],
    [
      "one that is only starting",
      { blue: 2, green: 2 },
      ["initial"],
      "2 of 3 targets of api in green are healthy (10.0.0.2 is initial)",
    ],
    ["no target", { blue: 2, green: 0 }, [], "green has no target for api"],
    ["fewer than serve now", { blue: 3, green: 2 }, [], "green has 2 targets for api where 3 serve now"],
  ])("moves no traffic to a side with %s", async (_, counts, others, expected) => {
    healthy(counts, others);
    const failed = gate.update(gateInputs("green"));
    await expect(failed).rejects.toThrow(`Traffic was not moved: ${expected}`);
    await expect(failed).rejects.toThrow("Users are served as before: api by blue 100 %; web by blue 100 %.");
  });

  it("does not count targets that are leaving", async () => {
    healthy({ blue: 2, green: 2 }, ["draining"]);
    await gate.update(gateInputs("green"));
  });

  it("shows nothing for a candidate that is deployed beside the live side", async () => {
    expect(await gate.differs(gateInputs("blue", { versions: { blue: "v1", green: "v3" }, proofs: [] }))).toBe(false);
  });

  it("is not passed when AWS is too busy to say what serves", async () => {
    cloud.answers("DescribeRules", { error: "AccessDenied", message: "not authorized" });
    await expect(gate.update(gateInputs("green"))).rejects.toThrow(
      "AWS did not tell the listener's rules: AccessDenied.",
    );
  });
});

describe("the reading back after the rules", () => {
  const inputs = (live: "blue" | "green") => {
    const { versions: _, proofs: __, requires: ___, ...it } = gateInputs(live);
    return it;
  };
  let reading: Managed;
  beforeEach(() => {
    reading = new Managed("greenlight:aws:TrafficReadBack", "traffic-read-back");
  });

  it("passes when every rule has the weights that were asked, and tells when it saw that", async () => {
    both(0);
    expect(await reading.create(inputs("green"))).toMatchObject({
      serving: { blue: 0, green: 100 },
      readAt: expect.stringMatching(/^20/),
    });
  });

  it("waits for a rule that is slower than the others", async () => {
    const rule = (service: string, blue: number) => ({
      RuleArn: `arn:rule/${service}`,
      Actions: [
        {
          Type: "forward",
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: group(`blue-${service}`), Weight: blue },
              { TargetGroupArn: group(`green-${service}`), Weight: 100 - blue },
            ],
          },
        },
      ],
    });
    cloud.answers(
      "DescribeRules",
      { Rules: [rule("api", 0), rule("web", 100)] },
      { Rules: [rule("api", 0), rule("web", 0)] },
    );
    await reading.create({ ...inputs("green"), deadlineMs: 60_000 });
    expect(cloud.operations().filter((it) => it === "DescribeRules")).toHaveLength(2);
  });

  it("fails when something else serves, and says what", async () => {
    serves({ api: { blue: 0, green: 100 }, web: { blue: 100, green: 0 } });
    await expect(reading.create(inputs("green"))).rejects.toThrow(
      "What serves is not what was asked: served: web by blue 100 %.",
    );
    serves({ api: { blue: 0, green: 100 } });
    await expect(reading.create(inputs("green"))).rejects.toThrow("served: web by nobody");
  });

  it("fails when the side that serves has no healthy target", async () => {
    both(0);
    healthy({ blue: 2, green: 0 }, ["unhealthy"]);
    await expect(reading.create(inputs("green"))).rejects.toThrow("no target of api in green is healthy");
  });

  it("shows by a refresh that somebody moved traffic", async () => {
    both(0);
    await reading.create(inputs("green"));
    both(50);
    expect(await reading.refresh()).toMatchObject({ serving: { blue: 50, green: 50 } });
    expect(await reading.differs()).toBe(true);
  });
});

describe("the health of an environment's targets", () => {
  const inputs = (over: object = {}) => ({
    region: "eu-central-1",
    environment: "green",
    version: "v2",
    targetGroups: services.map(({ service, green }) => ({ service, arn: green, least: 2 })),
    successes: 2,
    intervalMs: 1,
    deadlineMs: 100,
    incarnations: ["arn:task-definition/1"],
    ...over,
  });
  let gate: Managed;
  beforeEach(() => {
    gate = new Managed("greenlight:aws:TargetsHealthy", "green-health");
  });

  it("passes with every target healthy so many readings in a row, and hands on a proof", async () => {
    expect(await gate.create(inputs({ deadlineMs: 60_000 }))).toMatchObject({
      samples: [
        { service: "api", healthy: 2, of: 2 },
        { service: "web", healthy: 2, of: 2 },
      ],
      proof: { gate: "health", environment: "green", version: "v2", passed: true },
    });
    expect(cloud.operations().filter((it) => it === "DescribeTargetHealth")).toHaveLength(4);
  });

  it("begins to count anew when one target is sick for a moment", async () => {
    const state = (State: string) => ({
      TargetHealthDescriptions: [{ Target: { Id: "10.0.0.1" }, TargetHealth: { State } }],
    });
    cloud.answers("DescribeTargetHealth", ...["healthy", "unhealthy", "healthy", "healthy"].map((it) => state(it)));
    const [api] = inputs().targetGroups;
    await gate.create(inputs({ targetGroups: [{ ...api, least: 1 }], deadlineMs: 60_000 }));
    expect(cloud.operations()).toHaveLength(4);
  });

  it("fails when its time is up, with the load balancer's own reasons", async () => {
    healthy({ blue: 2, green: 1 }, ["unhealthy"]);
    await expect(gate.create(inputs())).rejects.toThrow(
      "api: 1 of 2 targets are healthy (10.0.0.1 is unhealthy: Health checks failed)",
    );
  });

  it("never takes no target, or fewer than asked, for a healthy environment", async () => {
    healthy({ blue: 2, green: 0 });
    await expect(gate.create(inputs())).rejects.toThrow("api: 0 of 2 targets are healthy");
    healthy({ blue: 2, green: 1 });
    await expect(gate.create(inputs())).rejects.toThrow("api: 1 of 2 targets are healthy");
  });

  it("runs again for other tasks, and is not there without a passed gate", async () => {
    await gate.create(inputs({ deadlineMs: 60_000 }));
    expect(await gate.differs(inputs({ incarnations: ["arn:task-definition/2"] }))).toBe(true);
  });
});
