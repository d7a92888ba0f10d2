import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "../../cli/context.ts";
import { awsStatusText, readAwsStatus } from "../../cli/status/awsStatus.ts";
import { readSettings } from "../../config.ts";
import { config, settings } from "../components/aws/shop.ts";
import { Cloud } from "../provider/aws/cloud.ts";

const group = (name: string) =>
  `arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/${name}/0123456789abcdef`;
const context = { project: "/project", projectName: "shop", stack: "prod" } as unknown as Context;

describe("the status of a stack on AWS", () => {
  let cloud: Cloud;
  const read = (more: Record<string, unknown> = {}) =>
    readAwsStatus(
      context,
      readSettings(config({ ...settings, blue: "v1", green: "v2", ...more })),
      AbortSignal.timeout(20_000),
    );

  function serves(blue: Readonly<Record<string, number>>): void {
    cloud.answers("DescribeRules", {
      Rules: Object.entries(blue).map(([service, weight]) => ({
        RuleArn: `arn:rule/${service}`,
        Actions: [
          {
            Type: "forward",
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn: group(`prod-blue-${service}`), Weight: weight },
                { TargetGroupArn: group(`prod-green-${service}`), Weight: 100 - weight },
              ],
            },
          },
        ],
      })),
    });
  }

  beforeEach(async () => {
    cloud = await Cloud.start();
    cloud.answers("DescribeLoadBalancers", { LoadBalancers: [{ LoadBalancerArn: "arn:prod" }] });
    cloud.answers("DescribeListeners", { Listeners: [{ ListenerArn: "arn:users", Port: 443 }] });
    cloud.answers("DescribeTargetGroups", (asked) => ({
      TargetGroups: [{ TargetGroupArn: group(String(asked["Names.member.1"])) }],
    }));
    cloud.answers("DescribeTargetHealth", {
      TargetHealthDescriptions: [{ Target: { Id: "10.0.0.1" }, TargetHealth: { State: "healthy" } }],
    });
    serves({ api: 100, web: 100 });
  });
  afterEach(() => cloud.end());

  it("is well when the side that the settings ask for serves everything with healthy targets", async () => {
    const status = await read();
    expect(status).toMatchObject({
      ok: true,
      reasons: [],
      serves: { environment: "blue", weights: { api: { blue: 100, green: 0 } } },
      targets: { api: { blue: { healthy: 1, of: 1 }, green: { healthy: 1, of: 1 } } },
    });
    expect(awsStatusText(status)).toMatch(/^✓ blue serves 100 % \(read back \d\d:\d\d:\d\d\)/);
    expect(awsStatusText(status)).toContain("green      api 1 of 1 targets healthy; web 1 of 1 targets healthy");
  });

  it("is well while a canary has the share that the settings ask for, and no other", async () => {
    serves({ api: 90, web: 90 });
    const status = await read({ share: 10 });
    expect(status).toMatchObject({ ok: true, reasons: [], asked: { environment: "blue", version: "v1", share: 10 } });
    expect(awsStatusText(status)).toContain("asked      blue v1, and 10 % to the other side");
    expect((await read({ share: 50 })).reasons).toEqual([
      "The settings ask for blue v1, and 50 % to green v2; users are served api by blue 90 %, green 10 %; web by blue 90 %, green 10 %.",
    ]);
    expect((await read()).ok).toBe(false);
  });

  describe("with pages", () => {
    const withPages = {
      aws: {
        ...settings.aws,
        frontend: {
          builds: "dist",
          hosts: ["www.shop.example"],
          certificate: "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
        },
      },
    };
    const ARN = "arn:aws:cloudfront::123456789012:key-value-store/0123abcd";
    const names = (Value: string) => {
      cloud.answers("GET /2020-05-31/key-value-store/prod-pages", { KeyValueStore: { Name: "prod-pages", ARN } });
      cloud.answers("GetKey", ({ KvsARN }) => (KvsARN === ARN ? { Key: "live", Value } : { error: "NotTold" }));
    };

    it("tells which version's users are led to, as the store at the edge says", async () => {
      names("v1");
      const status = await read(withPages);
      expect(status).toMatchObject({ ok: true, pages: { version: "v1" } });
      expect(awsStatusText(status)).toContain("  pages      v1");
    });

    it("is not well when they are another version's than what serves", async () => {
      names("v2");
      expect(await read(withPages)).toMatchObject({
        ok: false,
        reasons: ["The pages are those of v2; blue v1 serves."],
      });
    });

    it("says why where AWS does not tell, and what serves all the same", async () => {
      const status = await read(withPages);
      expect(status).toMatchObject({ ok: false, pages: { version: null }, serves: { environment: "blue" } });
      expect(status.reasons[0]).toContain("tell which pages are served");
    });
  });

  it("is not when another side serves, or a part of it", async () => {
    serves({ api: 0, web: 100 });
    const status = await read();
    expect(status.ok).toBe(false);
    expect(status.serves.environment).toBeNull();
    expect(status.reasons).toEqual([
      "The settings ask for blue v1; users are served api by green 100 %; web by blue 100 %.",
    ]);
  });

  it("is not when a target of the side that serves is sick, and does not mind the idle side's", async () => {
    cloud.answers("DescribeTargetHealth", ({ TargetGroupArn }) => {
      const sick = String(TargetGroupArn).includes("prod-blue-web") || String(TargetGroupArn).includes("green");
      const health = sick ? { State: "unhealthy", Description: "Health checks failed" } : { State: "healthy" };
      return { TargetHealthDescriptions: [{ Target: { Id: "10.0.0.1" }, TargetHealth: health }] };
    });
    expect((await read()).reasons).toEqual([
      "0 of 1 targets of web in blue are healthy (10.0.0.1 is unhealthy: Health checks failed).",
    ]);
  });

  it("is not where nothing is deployed, or a side serves without a target", async () => {
    cloud.answers("DescribeTargetHealth", { TargetHealthDescriptions: [] });
    expect((await read()).reasons).toEqual([
      "blue serves api and has no target for it.",
      "blue serves web and has no target for it.",
    ]);
    cloud.answers("DescribeLoadBalancers", { error: "LoadBalancerNotFound" });
    cloud.answers("DescribeTargetGroups", { error: "TargetGroupNotFound" });
    const status = await read();
    expect(status.reasons).toEqual(["Nothing serves: no rule of the load balancer forwards to this stack."]);
    expect(status.targets).toEqual({ api: { blue: null, green: null }, web: { blue: null, green: null } });
  });

  it("is never well when AWS does not say the targets' health, and tells what serves all the same", async () => {
    cloud.answers("DescribeTargetHealth", { error: "AccessDenied", message: "not authorized" });
    const status = await read();
    expect(status).toMatchObject({ ok: false, serves: { environment: "blue" }, targets: null });
    expect(status.reasons).toEqual([
      expect.stringContaining("AWS did not tell the health of the targets: AccessDenied."),
    ]);
  });

  it("is unknown when AWS does not say what serves, with that reason first", async () => {
    cloud.answers("DescribeRules", { error: "AccessDenied", message: "not authorized" });
    cloud.answers("DescribeTargetHealth", { error: "AccessDenied", message: "not authorized" });
    const status = await read();
    expect(status).toMatchObject({ ok: false, serves: { environment: null, weights: null }, targets: null });
    expect(status.reasons).toEqual([
      expect.stringContaining("AWS did not tell what serves: AccessDenied."),
      expect.stringContaining("AWS did not tell the health of the targets: AccessDenied."),
    ]);
  });
});
