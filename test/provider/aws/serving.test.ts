import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sayAwsServing } from "../../../components/aws/sayServing.ts";
import { readSettings } from "../../../config.ts";
import { environmentsServing, readAwsServing } from "../../../provider/aws/serving.ts";
import { config, settings } from "../../components/aws/shop.ts";
import { Managed } from "../managed.ts";
import { testersRule } from "./balancer.ts";
import { Cloud } from "./cloud.ts";

const arn = (name: string) =>
  `arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/${name}/0123456789abcdef`;
const facts = {
  region: "eu-central-1",
  loadBalancer: "prod",
  services: ["api", "web"].map((service) => ({
    service,
    blue: `prod-blue-${service}`,
    green: `prod-green-${service}`,
  })),
};

let cloud: Cloud;
beforeEach(async () => {
  cloud = await Cloud.start();
  cloud.answers("DescribeLoadBalancers", { LoadBalancers: [{ LoadBalancerArn: "arn:prod" }] });
  cloud.answers("DescribeListeners", {
    Listeners: [
      { ListenerArn: "arn:tests", Port: 8443 },
      { ListenerArn: "arn:users", Port: 443 },
    ],
  });
});
afterEach(() => cloud.end());

/** Rules by service: weight of blue, of 100. */
function rules(blue: Readonly<Record<string, number>>): void {
  cloud.answers("DescribeRules", {
    Rules: Object.entries(blue).map(([service, weight]) => ({
      RuleArn: `arn:rule/${service}`,
      Actions: [
        {
          Type: "forward",
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: arn(`prod-blue-${service}`), Weight: weight },
              { TargetGroupArn: arn(`prod-green-${service}`), Weight: 100 - weight },
            ],
          },
        },
      ],
    })),
  });
}

const read = () => readAwsServing(facts, AbortSignal.timeout(10_000));

describe("what serves on AWS", () => {
  it("is read from the rules of the listener that users reach, by names alone", async () => {
    rules({ api: 0, web: 0 });
    const serving = await read();
    expect(serving.environment).toBe("green");
    expect(environmentsServing(serving)).toEqual(["green"]);
    expect(cloud.asked.at(-1)?.input).toMatchObject({ ListenerArn: "arn:users" });
  });

  it.each([
    ["leads its testers to the side they ask for", testersRule("api", "blue"), { blue: 40, green: 60 }],
    ["leads them to the other side", testersRule("api", "blue", "prod-green-api"), { blue: 40, green: 60 }],
    ["asks for no header", { ...testersRule("api", "blue"), Conditions: [] }, { blue: 100, green: 0 }],
  ])("is read from the first rule that takes users: one that %s", async (_, before, weights) => {
    const own = (blue: number) => ({
      RuleArn: "arn:rule/api",
      Actions: [
        {
          Type: "forward",
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: arn("prod-blue-api"), Weight: blue },
              { TargetGroupArn: arn("prod-green-api"), Weight: 100 - blue },
            ],
          },
        },
      ],
    });
    cloud.answers("DescribeRules", { Rules: [before, own(40)] });
    expect((await read()).rules[0]).toMatchObject({ weights });
  });

  it("is no one environment while services differ, or a weight is shared", async () => {
    rules({ api: 0, web: 100 });
    const mixed = await read();
    expect([mixed.environment, environmentsServing(mixed)]).toEqual([undefined, ["blue", "green"]]);
    rules({ api: 50, web: 50 });
    expect((await read()).environment).toBeUndefined();
  });

  it("is nobody where there is no such load balancer, and where no rule is ours", async () => {
    rules({ "other-team": 100 });
    expect(environmentsServing(await read())).toEqual([]);
    cloud.answers("DescribeLoadBalancers", { error: "LoadBalancerNotFound" });
    expect(environmentsServing(await read())).toEqual([]);
  });

  it("counts what goes to somebody else as neither blue's nor green's", async () => {
    const TargetGroups = [
      { TargetGroupArn: arn("prod-blue-api"), Weight: 50 },
      { TargetGroupArn: arn("another"), Weight: 50 },
    ];
    cloud.answers("DescribeRules", {
      Rules: [{ RuleArn: "arn:rule/api", Actions: [{ Type: "forward", ForwardConfig: { TargetGroups } }] }],
    });
    expect((await read()).rules[0]?.weights).toEqual({ blue: 50, green: 0 });
  });

  it("is not known when AWS is too busy for every try: it says so, and what to do", async () => {
    cloud.answers("DescribeRules", { error: "Throttling", message: "Rate exceeded" });
    await expect(readAwsServing(facts, AbortSignal.timeout(200))).rejects.toMatchObject({
      happened: "AWS did not tell what serves in time, with all tries.",
      untouched: "Nothing was changed.",
      next: expect.stringMatching(/^it is too busy, or is not reached from here.*run the update again/),
    });
  });

  it("is a stop, not a fault of AWS, when whoever asks has stopped", async () => {
    const stopped = readAwsServing(facts, AbortSignal.abort(new Error("stopped")));
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  });

  it("heads a preview in one line", async () => {
    const stated = readSettings(config({ ...settings, live: "green", blue: "v1", green: "v2" }));
    const say = () => sayAwsServing("/project", "prod", stated);
    rules({ api: 100, web: 100 });
    expect(await say()).toMatch(/^api, web: blue serves \(read \S+Z\); the settings move traffic to green v2$/);
    rules({ api: 0, web: 0 });
    expect(await say()).toMatch(/green serves \(read \S+Z\); the settings keep that$/);
    rules({});
    expect(await say()).toContain("nothing serves yet");
    rules({ api: 0, web: 100 });
    expect(await say()).toMatch(/^api by green 100 %; web by blue 100 %/);
    cloud.answers("DescribeRules", { error: "AccessDenied" });
    expect(await say()).toContain("what serves could not be read (AWS did not tell what serves: AccessDenied.)");
  });
});

describe("the release on AWS", () => {
  const wanted = (live: "blue" | "green", versions: Readonly<Record<string, string>>) => ({
    live,
    environments: Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [name, { version, manifestDigest: `digest of ${version}` }]),
    ),
    services: ["api", "web"],
    aws: facts,
    checklist: { level: "none" },
  });
  let release: Managed;
  beforeEach(() => {
    release = new Managed("greenlight:index:Release", "release");
  });

  it("asks nobody before the first deployment", async () => {
    await release.create(wanted("blue", { blue: "v1" }));
    expect(cloud.asked).toEqual([]);
  });

  it("replaces a first version that never served, and no other", async () => {
    await release.create(wanted("blue", { blue: "v1" }));
    rules({});
    expect(await release.refusals(wanted("blue", { blue: "v2" }))).toEqual([]);
    rules({ api: 100, web: 100 });
    expect(await release.refusals(wanted("blue", { blue: "v2" }))).toEqual([
      expect.stringContaining("blue is live with v1 and would be changed to v2 while it serves"),
    ]);
  });

  it("leaves alone the side that users are on, whatever the last update called live", async () => {
    await release.create(wanted("blue", { blue: "v1", green: "v2" }));
    rules({ api: 0, web: 100 });
    expect(await release.refusals(wanted("blue", { blue: "v1", green: "v3" }))).toEqual([
      expect.stringContaining("green takes users' traffic with v2, though the last update named blue live"),
    ]);
  });

  it("is not judged by a guess when AWS does not say what serves", async () => {
    await release.create(wanted("blue", { blue: "v1" }));
    cloud.answers("DescribeLoadBalancers", { error: "ExpiredToken", message: "the token has expired" });
    const failed = release.refusals(wanted("blue", { blue: "v1", green: "v2" }));
    await expect(failed).rejects.toThrow("AWS did not tell what serves: ExpiredToken.");
    await expect(failed).rejects.toThrow("get new ones; then run the update again: it goes on from here");
  });
});
