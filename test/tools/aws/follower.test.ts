import { createServer, type Server } from "node:http";
import {
  ActionTypeEnum,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Follower } from "../../../tools/aws/follower.ts";
import { freePort } from "../../../tools/freePort.ts";
import { ensureToolchain } from "../../../tools/toolchain.ts";
import { eventually } from "../../processes.ts";
import { temporaryFolder } from "../sandbox.ts";
import { credentials, type Made, region, World } from "./world.ts";

let world: World;
let follower: Follower;
let ports: number[];
let blue: Made;
let green: Made;
let rule: Made;
let listener: Made;
let vpcId: string;
let folder: string;
let remove: () => Promise<void>;
const servers: Server[] = [];

async function serve(answer: string): Promise<number> {
  const server = createServer((_, response) => response.end(answer));
  servers.push(server);
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return port;
}

async function register(group: Made, port: number): Promise<void> {
  const targets = [{ Id: "127.0.0.1", Port: port }];
  await new ElasticLoadBalancingV2Client(world.client).send(
    new RegisterTargetsCommand({ TargetGroupArn: group.arn, Targets: targets }),
  );
}

const group = (name: string) =>
  world.make("aws:lb/targetGroup:TargetGroup", {
    ...{ name, port: 8080, protocol: "HTTP", targetType: "ip", vpcId },
    healthCheck: { path: "/", interval: 5, timeout: 2, healthyThreshold: 2, unhealthyThreshold: 2 },
  });

/** A rule that weighs two groups, and gives the first of them everything. */
const weigh = (priority: number, first: Made, second: Made) =>
  world.make(
    "aws:lb/listenerRule:ListenerRule",
    {
      ...{ listenerArn: listener.arn, priority, conditions: [{ pathPattern: { values: ["/*"] } }] },
      actions: [
        {
          type: "forward",
          forward: {
            targetGroups: [
              { arn: first.arn, weight: 100 },
              { arn: second.arn, weight: 0 },
            ],
          },
        },
      ],
    },
    `rule-${priority}`,
  );

beforeAll(async () => {
  const { envoy } = await ensureToolchain({ want: ["envoy"] });
  const temporary = await temporaryFolder("follower");
  remove = temporary.remove;
  world = await World.start({ speed: 20 });
  const network = await world.network();
  const { subnets } = network;
  folder = temporary.folder;
  ({ vpcId } = network);
  const balancer = await world.make("aws:lb/loadBalancer:LoadBalancer", { name: "shop", subnets });
  listener = await world.make("aws:lb/listener:Listener", {
    ...{ loadBalancerArn: balancer.arn, port: 80, protocol: "HTTP" },
    defaultActions: [{ type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode: "404" } }],
  });
  [blue, green] = [await group("blue"), await group("green")];
  await register(blue, await serve("blue"));
  await register(green, await serve("green"));
  rule = await weigh(9, blue, green);
  ports = [await freePort(), await freePort()];
  follower = await Follower.start({
    ...{ endpoint: world.endpoint, region, credentials, envoy: envoy.path, folder: temporary.folder, everyMs: 50 },
    changes: world.simulator.changes,
    services: [{ name: "shop", ruleArn: rule.arn, groups: { blue: blue.arn, green: green.arn }, ports }],
  });
});
afterAll(async () => {
  await follower?.stop();
  await world?.stop();
  for (const server of servers) server.close();
  await remove?.();
});

async function move(toBlue: number, toGreen: number): Promise<void> {
  await world.simulator.moveWeights(rule.arn, { [blue.arn]: toBlue, [green.arn]: toGreen });
}

/** Who answers a request at each node. */
async function answering(): Promise<string[]> {
  return await Promise.all(
    ports.map(async (port) => await (await fetch(`http://127.0.0.1:${port}/`, { keepalive: false })).text()),
  );
}

async function answeringAll(who: string): Promise<void> {
  await eventually(`answers of ${who}`, async () => ((await answering()).every((it) => it === who) ? true : undefined));
}

describe.sequential("what stands for the load balancer's data plane", () => {
  it("forwards as the rule says", async () => {
    await answeringAll("blue");
    await move(0, 100);
    await answeringAll("green");
  });

  it("sees a rule that somebody else changed through the API", async () => {
    const elb = new ElasticLoadBalancingV2Client(world.client);
    const to = async (first: Made) => {
      const TargetGroups = [blue, green].map(({ arn }) => ({ TargetGroupArn: arn, Weight: arn === first.arn ? 1 : 0 }));
      const Actions = [{ Type: ActionTypeEnum.FORWARD, Order: 1, ForwardConfig: { TargetGroups } }];
      await elb.send(new ModifyRuleCommand({ RuleArn: rule.arn, Actions }));
    };
    await to(blue);
    await answeringAll("blue");
    await to(green);
    await answeringAll("green");
  });

  it("acts as late as it is told to, and one node after the other", async () => {
    const before = follower.applied.length;
    follower.delayMs = 1_000;
    await move(100, 0);
    await answeringAll("blue");
    const changes = follower.applied.slice(before).filter(({ state }) => state.weights.blue === 100);
    expect(changes.map(({ node }) => node).sort()).toEqual([0, 1]);
    for (const { seenAt, appliedAt } of changes) expect(appliedAt - seenAt).toBeGreaterThanOrEqual(1_000);
    follower.delayMs = 0;
  });

  it("shares requests between two groups", async () => {
    await move(50, 50);
    const seen = new Set<string>();
    await eventually("both", async () => {
      for (const who of await answering()) seen.add(who);
      return seen.size === 2 ? true : undefined;
    });
    await move(100, 0);
    await answeringAll("blue");
  });

  it("sends a request with a header where a rule before it says, whatever the weights", async () => {
    const rules = [];
    for (const [at, [side, group]] of Object.entries({ blue, green }).entries()) {
      rules.push(
        await world.make("aws:lb/listenerRule:ListenerRule", {
          ...{ listenerArn: rule.inputs.listenerArn, priority: at + 1 },
          conditions: [{ httpHeader: { httpHeaderName: "X-Environment", values: [side] } }],
          actions: [{ type: "forward", targetGroupArn: group.arn }],
        }),
      );
    }
    const by = async (side: string) =>
      await Promise.all(
        ports.map(async (port) => {
          const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { "x-environment": side } });
          return await answer.text();
        }),
      );
    await eventually("testers in green", async () =>
      (await by("green")).every((it) => it === "green") ? true : undefined,
    );
    expect([await by("blue"), await by("other"), await answering()]).toEqual(Array(3).fill(["blue", "blue"]));
    for (const made of rules) await made.delete();
    await eventually("no testers", async () => ((await by("green")).every((it) => it === "blue") ? true : undefined));
  });

  it("sends nothing to a target that the API calls unhealthy, once another is healthy", async () => {
    const dying = servers[0];
    const second = await serve("second");
    await register(blue, second);
    await eventually("both targets", async () =>
      follower.applied.at(-1)?.state.ports.blue.length === 2 ? true : undefined,
    );
    dying?.closeAllConnections();
    await new Promise((resolve) => dying?.close(resolve));
    await eventually("one target", async () =>
      follower.applied.at(-1)?.state.ports.blue.join() === `${second}` ? true : undefined,
    );
    await answeringAll("second");
  });

  it("goes on by what it knows while the API does not answer", async () => {
    world.simulator.fail({ kind: "expire", service: "elasticloadbalancing" });
    await eventually("a complaint", async () => follower.complaint);
    expect(await answering()).toEqual(["second", "second"]);
    world.simulator.faults.clear();
    await eventually("no complaint", async () => (follower.complaint === undefined ? true : undefined));
    const rules = await new ElasticLoadBalancingV2Client(world.client).send(
      new DescribeRulesCommand({ RuleArns: [rule.arn] }),
    );
    expect(rules.Rules).toHaveLength(1);
  });

  // Asks again and again, as one that runs elsewhere must.
  it("finds a service by its names when it is there, and leads tests to either side past the rule", async () => {
    const users = await freePort();
    const tests = { blue: await freePort(), green: await freePort() };
    const { envoy } = await ensureToolchain({ want: ["envoy"] });
    const named = { name: "late", loadBalancer: "shop", groups: { blue: "blue", green: "later" } };
    const late = await Follower.start({
      ...{ endpoint: world.endpoint, region, credentials, envoy: envoy.path, folder: `${folder}/late`, everyMs: 50 },
      services: [{ ...named, ports: [users], tests }],
    });
    try {
      const asked = async (port: number) => {
        const answer = await fetch(`http://127.0.0.1:${port}/`, { keepalive: false }).catch(() => undefined);
        return answer?.ok ? await answer.text() : undefined;
      };
      expect(await asked(users)).toBeUndefined();
      const later = await group("later");
      await register(later, await serve("later"));
      expect(await eventually("an answer to a test", () => asked(tests.green))).toBe("later");
      expect(await asked(users)).toBeUndefined();
      await weigh(10, blue, later);
      expect(await eventually("an answer to a user", () => asked(users))).toBe("second");
      expect(await asked(tests.green)).toBe("later");
    } finally {
      await late.stop();
    }
  });

  it("refuses a delay beyond a minute", () => {
    expect(() => {
      follower.delayMs = 60_001;
    }).toThrow("expected 0 to 60000");
  });
});
