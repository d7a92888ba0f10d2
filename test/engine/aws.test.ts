import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import { DescribeDBSnapshotsCommand, RDSClient } from "@aws-sdk/client-rds";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { region, type World } from "../tools/aws/world.ts";
import { AwsShop, changesOfTraffic, toBlue, toGreen } from "./awsShop.ts";
import type { Project } from "./project.ts";
import { image } from "./simulatedAws.ts";

// The real engine, our program and provider, and the stand-in of the aws plugin, against a simulated AWS: real requests, tasks that
// run, health that is asked. That AWS itself does the same is not shown here.

let shop: AwsShop;
let world: World;
let project: Project;
const weights = () => shop.weights();
const refused = () => shop.refused();
const succeed: AwsShop["succeed"] = (...asked) => shop.succeed(...asked);

beforeAll(async () => {
  shop = await AwsShop.open();
  ({ world, project } = shop);
});

afterAll(async () => {
  await shop?.close();
});

describe.sequential("a production stack on a simulated AWS", () => {
  it("deploys the first version: snapshot, migration, tasks, gates, and all traffic to it", async () => {
    const ran = await succeed("up", "--skip-preview");
    expect(ran.text).toContain("Database schema is up to date");
    expect(await weights()).toEqual(toBlue);
    const { DBSnapshots: taken } = await new RDSClient(world.client).send(new DescribeDBSnapshotsCommand({}));
    const own = taken?.filter((it) => it.DBSnapshotIdentifier?.startsWith("before-v1-shop-"));
    expect(own).toHaveLength(1);
    expect(own?.[0]?.TagList).toContainEqual({ Key: "greenlight:release", Value: "v1" });
  });

  it("has nothing to do when it is run again", async () => {
    const ran = await succeed("up");
    expect(ran.changes).toEqual([]);
    expect(ran.text).toContain("blue serves");
  });

  it("deploys a candidate beside it and moves no traffic", async () => {
    await project.set({ green: "v2" });
    await succeed("up", "--skip-preview");
    expect(await weights()).toEqual(toBlue);
  });

  it("shows the switch in a preview, with what serves now, and switches", async () => {
    await project.set({ live: "green" });
    const shown = await succeed("preview", "--diff");
    expect(shown.text).toMatch(/api, web: blue serves \(read .*\); the settings move traffic to green v2/);
    const before = await shop.tasks();
    expect(before).toHaveLength(8);
    const ran = await succeed("up", "--skip-preview");
    expect(ran.changes.toSorted()).toEqual(changesOfTraffic);
    expect(await shop.tasks()).toEqual(before);
    expect(await weights()).toEqual(toGreen);
  });

  it("refuses to overwrite weights that somebody moved, and takes them as the starting point after a refresh", async () => {
    const { rule, groups } = await shop.ruleOf("web");
    await world.simulator.moveWeights(rule.RuleArn ?? "", { [groups.blue]: 30, [groups.green]: 70 });
    await project.set({ live: "blue" });
    const said = await refused();
    expect(said).toContain(
      "Somebody moved traffic: web is served blue 30 %, green 70 %, the last update left green 100 %",
    );
    expect(await weights()).toEqual({ api: [0, 100], web: [30, 70] });
    await succeed("refresh", "--skip-preview");
    await succeed("up", "--skip-preview");
    expect(await weights()).toEqual(toBlue);
  });

  it("stops the version that does not serve, and starts it with its gates before it serves again", async () => {
    const { aws } = project.config;
    await project.set({ aws: { ...(aws as object), stopped: "v2" } });
    await succeed("up", "--skip-preview");
    expect(await shop.tasks()).toHaveLength(4);
    expect(await weights()).toEqual(toBlue);
    expect((await succeed("preview")).changes).toEqual([]);
    await project.set({ live: "green" });
    const back = await succeed("up", "--skip-preview");
    expect(back.changes).toEqual(
      expect.arrayContaining(["create TargetsHealthy green-health", "create SmokeGate green-smoke"]),
    );
    expect(await weights()).toEqual(toGreen);
    await project.set({ live: "blue", aws });
    await succeed("up", "--skip-preview");
    expect(await shop.tasks()).toHaveLength(8);
  });

  it("never calls a release done that ECS took back behind its back", async () => {
    const ecs = new ECSClient(world.client);
    await project.set({ green: "v3" });
    await succeed("up", "--skip-preview");
    const { services = [] } = await ecs.send(
      new DescribeServicesCommand({ cluster: "shop", services: ["shop-green-api"] }),
    );
    const now = services[0]?.taskDefinition ?? "";
    const before = now.replace(/:(\d+)$/, (_, revision) => `:${Number(revision) - 1}`);
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: before }));
    expect(taskDefinition?.containerDefinitions?.[0]?.image).toBe(image("api", "v2"));
    await world.simulator.ecs.rollBack("shop-green-api", before);
    await succeed("refresh", "--skip-preview");
    expect((await project.resource("aws:SteadyState", "green-steady"))?.outputs?.steady).toBe(false);
  });

  it("never calls a switch done while AWS is too busy to say what serves", async () => {
    await succeed("up", "--skip-preview");
    await project.set({ live: "green" });
    world.simulator.fail({ kind: "throttle", service: "elasticloadbalancing", action: "DescribeRules" });
    expect(await refused()).toMatch(/AWS did not tell/);
    world.simulator.faults.clear();
    expect(await weights()).toEqual(toBlue);
    await succeed("up", "--skip-preview");
    expect(await weights()).toEqual(toGreen);
  });

  it("begins no release while an alarm of what serves fires", async () => {
    await project.set({ blue: "v4" });
    await world.simulator.setAlarm("shop-green-no-go", "ALARM", "ordered by the test", region);
    expect(await refused()).toContain("v4 was not begun: shop-green-no-go fires already");
    expect((await project.resource("aws:DatabaseSnapshot", "blue-snapshot"))?.inputs?.version).toBe("v1");
    await world.simulator.setAlarm("shop-green-no-go", "OK", "ordered by the test", region);
  });

  it("stops at a migration that did nothing, though its task ended well, and deploys nothing", async () => {
    await shop.writeManifest("v4", { MIGRATION: "pretends" });
    const said = await refused();
    expect(said).toContain("The migration to v4 ran, and the database does not show it");
    expect(said).toContain("v4 has not been applied");
    expect(await weights()).toEqual(toGreen);
  });
});
