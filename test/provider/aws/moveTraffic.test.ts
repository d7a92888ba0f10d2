import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { moveAwsTraffic } from "../../../provider/aws/moveTraffic.ts";
import { Balancer } from "./balancer.ts";
import { Cloud } from "./cloud.ts";

const facts = {
  region: "eu-central-1",
  loadBalancer: "prod",
  services: ["web", "api"].map((service) => ({
    service,
    blue: `prod-blue-${service}`,
    green: `prod-green-${service}`,
  })),
};
const patience = { deadlineMs: 5_000, intervalMs: 1 };

describe("moving the traffic of a load balancer without the engine", () => {
  let cloud: Cloud;
  let balancer: Balancer;
  const steps: string[] = [];
  const move = () => moveAwsTraffic(facts, "blue", (step) => steps.push(step), patience);

  beforeEach(async () => {
    cloud = await Cloud.start();
    balancer = new Balancer(cloud, "green");
    steps.length = 0;
  });
  afterEach(() => cloud.end());

  it("writes every service's rule in the stated order, and reads them back", async () => {
    const { writtenAt, readBackAt } = await move();
    expect(balancer.written).toEqual(["web", "api"]);
    expect(balancer.weights).toEqual({ api: { blue: 100, green: 0 }, web: { blue: 100, green: 0 } });
    expect(readBackAt).toBeGreaterThanOrEqual(writtenAt);
    expect(cloud.operations().at(-1)).toBe("DescribeRules");
    expect(steps).toEqual(["the rule of web is written: blue 100 %", "the rule of api is written: blue 100 %"]);
  });

  it("leaves alone what else a rule says", async () => {
    await move();
    const { input } = cloud.asked.find(({ operation }) => operation === "ModifyRule") ?? { input: {} };
    expect(input).toMatchObject({
      "Actions.member.1.Order": "1",
      "Actions.member.1.ForwardConfig.TargetGroupStickinessConfig.Enabled": "false",
      "Actions.member.1.ForwardConfig.TargetGroupStickinessConfig.DurationSeconds": "60",
    });
  });

  it("writes nothing where traffic is there already", async () => {
    balancer.weights.web = { blue: 100, green: 0 };
    await move();
    expect(balancer.written).toEqual(["api"]);
  });

  it("moves weights that somebody shared, and a rule that somebody pointed at one group alone", async () => {
    balancer.weights.web = { blue: 30, green: 70 };
    const plain = {
      RuleArn: "arn:rule/api",
      Actions: [{ Type: "forward", TargetGroupArn: "arn:aws:x:y:1:targetgroup/prod-green-api/0" }],
    };
    const before = cloud.answer("DescribeRules");
    cloud.answers("DescribeRules", (asked) => {
      const told = before(asked) as { Rules: { RuleArn: string }[] };
      return balancer.written.includes("api")
        ? told
        : { Rules: told.Rules.map((it) => (it.RuleArn === plain.RuleArn ? plain : it)) };
    });
    await move();
    expect(balancer.weights).toEqual({ api: { blue: 100, green: 0 }, web: { blue: 100, green: 0 } });
  });

  it("writes the other rules though one is refused, and tries that one again", async () => {
    balancer.writes((service, attempt) => (service === "web" && attempt === 1 ? "InternalFailure" : undefined));
    await move();
    expect(balancer.weights.web).toEqual({ blue: 100, green: 0 });
  });

  it("says what serves by now, and what to do, where a right is missing; without waiting for it", async () => {
    balancer.writes((service) => (service === "web" ? "AccessDenied" : undefined));
    const failed = await move().catch((error: unknown) => error);
    expect(String(failed)).toContain(
      "Traffic is not where it was asked, all to blue. AWS did not move the rule of web",
    );
    expect(failed).toMatchObject({ exitCode: 7 });
    expect(cloud.operations().filter((it) => it === "ModifyRule")).toHaveLength(2);
    expect(balancer.weights).toEqual({ api: { blue: 100, green: 0 }, web: { blue: 0, green: 100 } });
  });

  it("never calls it moved where the rules cannot be read back", async () => {
    cloud.answers("DescribeRules", { error: "AccessDenied", message: "not authorized" });
    const failed = await move().catch((error: unknown) => error);
    expect(failed).toMatchObject({ exitCode: 7, where: expect.stringContaining("what serves could not be read") });
  });

  it("names the service whose rule is gone, and moves the others", async () => {
    const { api = { blue: 0, green: 100 } } = balancer.weights;
    for (const service of Object.keys(balancer.weights)) delete balancer.weights[service];
    balancer.weights.api = api;
    const failed = await move().catch((error: unknown) => error);
    expect(failed).toMatchObject({ exitCode: 7 });
    expect(String(failed)).toContain("No rule of the listener forwards to web");
    expect(balancer.weights.api).toEqual({ blue: 100, green: 0 });
  });
});
