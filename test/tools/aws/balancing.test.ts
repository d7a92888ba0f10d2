import { ElasticLoadBalancingV2Client, ModifyRuleCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Made, World } from "./world.ts";

let world: World;
let vpcId: string;
let subnets: string[];
beforeAll(async () => {
  world = await World.start();
  ({ vpcId, subnets } = await world.network());
  certificateArn = await world.certificate();
});
afterAll(async () => await world?.stop());

let certificateArn: string;
const notFound = { type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode: "404" } };
const group = (name: string, more: object = {}) => ({
  name,
  port: 8080,
  protocol: "HTTP",
  targetType: "ip",
  vpcId,
  deregistrationDelay: 30,
  healthCheck: {
    path: "/health",
    matcher: "200",
    interval: 5,
    timeout: 2,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
    protocol: "HTTP",
    port: "traffic-port",
  },
  ...more,
});
const forward = (blue: Made, green: Made, weights: [number, number], more: object = {}) => ({
  type: "forward",
  forward: {
    targetGroups: [
      { arn: blue.arn, weight: weights[0] },
      { arn: green.arn, weight: weights[1] },
    ],
    ...more,
  },
});

describe.sequential("a load balancer, as the stand-in makes it", () => {
  let balancer: Made;
  let listener: Made;
  let blue: Made;
  let green: Made;
  let rule: Made;

  it("is made with the official defaults, and tells its names", async () => {
    balancer = await world.make("aws:lb/loadBalancer:LoadBalancer", { name: "shop", subnets, tags: { team: "shop" } });
    expect(balancer.state).toMatchObject({
      arn: balancer.id,
      arnSuffix: expect.stringMatching(/^app\/shop\/[0-9a-f]+$/),
      dnsName: expect.stringContaining("shop"),
      vpcId,
      idleTimeout: 60,
      enableHttp2: true,
      loadBalancerType: "application",
      internal: false,
      region: "eu-central-1",
      tagsAll: { team: "shop" },
    });
  });

  it("changes its attributes and tags in place, and is replaced for another name", async () => {
    await balancer.change(
      { ...balancer.inputs, idleTimeout: 120, dropInvalidHeaderFields: true },
      "idleTimeout",
      "dropInvalidHeaderFields",
    );
    await balancer.change({ ...balancer.inputs, tags: { owner: "us" } }, "tags");
    expect(balancer.state.tagsAll).toEqual({ owner: "us" });
    expect(await balancer.diff({ ...balancer.inputs, name: "other" })).toMatchObject({
      replaces: ["name"],
      deleteFirst: false,
    });
    expect(await balancer.diff({ ...balancer.inputs, internal: true })).toMatchObject({
      replaces: ["internal"],
      deleteFirst: true,
    });
  });

  it("has target groups whose health check changes in place", async () => {
    blue = await world.make("aws:lb/targetGroup:TargetGroup", group("shop-blue"));
    green = await world.make("aws:lb/targetGroup:TargetGroup", group("shop-green"));
    await blue.change(
      group("shop-blue", { healthCheck: { path: "/ready", interval: 10, healthyThreshold: 2 } }),
      "healthCheck",
    );
    await blue.change({ ...blue.inputs, deregistrationDelay: 60 }, "deregistrationDelay");
    await blue.change({ ...blue.inputs, stickiness: { type: "lb_cookie", cookieDuration: 60 } }, "stickiness");
    expect(await blue.diff({ ...blue.inputs, port: 9090 })).toMatchObject({ replaces: ["port"], deleteFirst: true });
  });

  it("has a listener with a certificate, which needs one", async () => {
    const inputs = {
      loadBalancerArn: balancer.arn,
      port: 443,
      protocol: "HTTPS",
      certificateArn,
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      defaultActions: [notFound],
    };
    listener = await world.make("aws:lb/listener:Listener", inputs);
    await listener.change({ ...inputs, sslPolicy: "ELBSecurityPolicy-2016-08" }, "sslPolicy");
    const { certificateArn: _, ...without } = inputs;
    const { failures } = await world.standIn.check({ type: "aws:lb/listener:Listener", name: "bare" }, {}, without);
    expect(failures).toEqual([{ property: "certificateArn", reason: expect.stringContaining("needs a certificate") }]);
  });

  it("has a rule whose weights are changed in place, which is the switch", async () => {
    const inputs = {
      listenerArn: listener.arn,
      priority: 100,
      conditions: [{ hostHeader: { values: ["shop.example"] } }, { pathPattern: { values: ["/api/*", "/health"] } }],
      actions: [forward(blue, green, [100, 0])],
      tags: { environment: "blue" },
    };
    rule = await world.make("aws:lb/listenerRule:ListenerRule", inputs);
    await rule.change(
      { ...inputs, actions: [forward(blue, green, [0, 100])], tags: { environment: "green" } },
      "actions",
      "tags",
    );
    await rule.change({ ...rule.inputs, priority: 7 }, "priority");
    expect(rule.state).toMatchObject({ priority: 7, tagsAll: { environment: "green" } });
    await rule.change({ ...rule.inputs, conditions: [{ pathPattern: { values: ["/*"] } }] }, "conditions");
  });

  it("keeps stickiness between the groups", async () => {
    const stickiness = { enabled: true, duration: 60 };
    await rule.change({ ...rule.inputs, actions: [forward(blue, green, [0, 100], { stickiness })] }, "actions");
  });

  it("sees by a refresh that somebody moved the weights", async () => {
    const moved = [blue, green].map(({ arn }) => ({ TargetGroupArn: arn, Weight: 50 }));
    await new ElasticLoadBalancingV2Client(world.client).send(
      new ModifyRuleCommand({
        RuleArn: rule.id,
        Actions: [{ Type: "forward", Order: 1, ForwardConfig: { TargetGroups: moved } }],
      }),
    );
    await rule.refresh();
    expect(rule.state.actions).toMatchObject([{ forward: { targetGroups: [{ weight: 50 }, { weight: 50 }] } }]);
    expect(await rule.diff(rule.inputs)).toMatchObject({ changed: ["actions"], replaces: [] });
  });

  it("refuses a priority that is taken, and names the action", async () => {
    await expect(world.make("aws:lb/listenerRule:ListenerRule", { ...rule.inputs })).rejects.toThrow(
      /elasticloadbalancing:CreateRule on arn:aws:elasticloadbalancing:.*PriorityInUse/s,
    );
  });

  it("tells functions what is there", async () => {
    expect(await world.standIn.invoke("aws:lb/getLoadBalancer:getLoadBalancer", { name: "shop" })).toMatchObject({
      arn: balancer.arn,
    });
    expect(
      await world.standIn.invoke("aws:lb/getListener:getListener", { loadBalancerArn: balancer.arn, port: 443 }),
    ).toMatchObject({ arn: listener.arn, protocol: "HTTPS" });
  });

  it("imports by id what a team already has", async () => {
    expect(await listener.imported()).toMatchObject({ port: 443, loadBalancerArn: balancer.arn });
    expect(await rule.imported()).toMatchObject({ listenerArn: listener.arn });
  });

  it("is gone, piece by piece", async () => {
    for (const made of [rule, listener, blue, green, balancer]) await made.delete();
  });
});
