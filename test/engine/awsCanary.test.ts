import { DescribeServicesCommand, ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsShop, changesOfTraffic, toBlue, toGreen } from "./awsShop.ts";

// A canary on a simulated AWS with the real engine: its rules, and what CloudWatch says of both sides. That AWS itself does the same is
// not shown here.

let shop: AwsShop;
beforeAll(async () => {
  const settings = {
    thresholds: { errorFor: "1m", p95For: "1m", minRequests: 100 },
    watch: { for: "215s", every: "1s" },
    // A stage waits for CloudWatch's minutes as long as patience lasts.
    strategy: {
      kind: "canary",
      canary: { stages: [20, 100], bake: "1s", minRequests: 100, sticky: "1h" },
      patience: "10m",
    },
  };
  shop = await AwsShop.open(settings, { scaling: { most: 4, cpu: 60 } });
  // An update that watches a share waits as well.
  shop.project.operationMs = 900_000;
}, 600_000);
afterAll(async () => {
  await shop?.close();
}, 600_000);

/** Whether users stay with a version, as the rule of web says. */
async function stickiness() {
  const { rule } = await shop.ruleOf("web");
  return rule.Actions?.[0]?.ForwardConfig?.TargetGroupStickinessConfig;
}

/** What the gate of the bake said last. */
async function baked(): Promise<unknown> {
  return (await shop.project.resource("index:BakeGate", "bake"))?.outputs?.verdict;
}

/** Gives a service more tasks, as AWS does it when the load grows. */
async function scaleByLoad(service: string, desiredCount: number): Promise<void> {
  await new ECSClient(shop.world.client).send(new UpdateServiceCommand({ cluster: "shop", service, desiredCount }));
  await expect.poll(() => tasksOf(service), { timeout: 60_000 }).toBe(desiredCount);
}

async function tasksOf(service: string): Promise<number | undefined> {
  const ecs = new ECSClient(shop.world.client);
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster: "shop", services: [service] }));
  return services[0]?.runningCount;
}

describe.sequential("a canary on a simulated AWS", { timeout: 1_200_000 }, () => {
  it("gives a share by plain pulumi, as a change of the rules and nothing that runs, and passes when both sides were judged", async () => {
    await shop.succeed("up", "--skip-preview");
    await shop.project.set({ green: "v2" });
    await shop.succeed("up", "--skip-preview");
    shop.traffic("blue", 0);
    shop.traffic("green", 0);
    // Its bake is over before CloudWatch has told a minute, so that it is watched on until it has.
    await shop.project.set({ share: 10, bake: "1s" });
    const shown = await shop.succeed("preview", "--diff");
    expect(shown.text).toMatch(
      /api, web: blue serves \(read .*\); the settings move traffic to blue v1, and 10 % to green v2/,
    );
    const before = await shop.tasks();
    expect(before).toHaveLength(8);
    const ran = await shop.succeed("up", "--skip-preview");
    expect(await shop.tasks()).toEqual(before);
    const changes = [...changesOfTraffic, "create BakeGate bake", "update TasksMatched traffic-tasks"];
    expect(ran.changes.toSorted()).toEqual(changes.toSorted());
    expect(await baked()).toMatch(/^Go at 10 %, compared: api: 0 % of the new version's requests failed.*; web: /);
    expect(await shop.weights()).toEqual({ api: [90, 10], web: [90, 10] });
    expect(await stickiness()).toEqual({ Enabled: true, DurationSeconds: 3_600 });
    expect((await shop.succeed("preview")).changes).toEqual([]);
  });

  it("refuses to overwrite a share that somebody moved", async () => {
    const { rule, groups } = await shop.ruleOf("web");
    await shop.world.simulator.moveWeights(rule.RuleArn ?? "", { [groups.blue]: 30, [groups.green]: 70 });
    await shop.project.set({ share: 50 });
    expect(await shop.refused()).toContain(
      "Somebody moved traffic: web is served blue 30 %, green 70 %, the last update left blue 90 %, green 10 %",
    );
    await shop.succeed("refresh", "--skip-preview");
    await shop.project.set({ share: undefined });
    await shop.succeed("up", "--skip-preview");
    expect(await shop.weights()).toEqual(toBlue);
    expect(await baked()).toBe("Not watched: a way back waits for nobody.");
  });

  it("is walked by a release: a share, both sides compared over the same minutes, then everything", async () => {
    shop.traffic("blue", 0);
    shop.traffic("green", 0);
    await scaleByLoad("shop-blue-web", 3);
    const { exitCode, json, said } = await shop.greenlight(["release", "v3"]);
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      outcome: "released",
      environment: "green",
      verdict: { verdict: "go" },
      serving: { environment: "green", version: "v3" },
    });
    expect(said).toMatch(/tasks enough \S+ done/);
    expect(await tasksOf("shop-green-web")).toBe(3);
    expect(said).toContain("canary: green v3 gets 20 % of users' requests");
    expect(said).toMatch(/canary: 20 % is passed\. Go at 20 %, compared/);
    // The settings still have a bake, and nobody waited twice.
    expect(await baked()).toBe("Watched by the command that gave the update.");
    expect(await shop.weights()).toEqual(toGreen);
    expect((await stickiness())?.Enabled).toBe(false);
  });

  it("goes back from its share when it fails more than what it replaces", async () => {
    shop.traffic("green", 0);
    shop.traffic("blue", 60);
    const { exitCode, json, said } = await shop.greenlight(["release", "v4"]);
    expect(exitCode, said).toBe(4);
    expect(json).toMatchObject({
      ok: false,
      outcome: "rolled-back",
      verdict: { verdict: "no-go" },
      serving: { environment: "green", version: "v3" },
    });
    expect(said).not.toMatch(/canary: 20 % is passed/);
    expect(await shop.weights()).toEqual(toGreen);
    expect((await stickiness())?.Enabled).toBe(false);
  });
});
