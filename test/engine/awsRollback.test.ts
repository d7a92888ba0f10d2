import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { patient } from "../patience.ts";
import { region, type World } from "../tools/aws/world.ts";
import type { Project } from "./project.ts";
import {
  alarmOfGreen,
  calledWith,
  image,
  openOnSimulatedAws,
  rollbackRecord,
  sharesOf,
  smokeOf,
} from "./simulatedAws.ts";

// The real engine arms; then nobody is there but the simulated AWS: its alarm, its event bus, and the function's uploaded bundle in a
// process of its own, held to the rights of its role.

const versions = ["v1", "v2"];

let world: World;
let project: Project;

const settings = (rollback: object, aws: object) => ({ ...aws, rollback });
let aws: Record<string, unknown>;

beforeAll(async () => {
  ({ world, project } = await openOnSimulatedAws({
    services: ["web"],
    versions,
    settings: (_, network) => {
      aws = {
        ...network,
        services: { web: { hosts: ["shop.example"], priority: 20 } },
        gates: { successes: 1, interval: "100ms", deadline: "60s" },
      };
      return {
        green: "v2",
        services: { web: { port: 8081, instances: 1, drain: "1s", start: "1s" } },
        aws: settings({ for: "60m" }, aws),
      };
    },
  }));
  for (const version of versions) {
    await project.write(
      `releases/${version}.yaml`,
      stringify({
        version,
        services: { web: { image: image("web", version) } },
        database: { tool: "none" },
        smoke: smokeOf(version),
      }),
    );
  }
});

afterAll(async () => {
  await project?.remove();
  await world?.stop();
});

beforeEach(() => {
  world.simulator.functions.invocations.length = 0;
  world.simulator.topics.published.length = 0;
});

async function up(change: Record<string, unknown>): Promise<void> {
  await project.set(change);
  const ran = await project.run("up", "--skip-preview");
  expect(ran.exitCode, ran.text).toBe(0);
}

const alarm = (state: "OK" | "ALARM") => alarmOfGreen(world, state);
const results = () => calledWith(world);
const serving = () => sharesOf(world, project, "web");
const record = async () => (await rollbackRecord(world)).arming;

describe.sequential("a release on AWS that nobody watches", () => {
  it("has nothing to go back to at first, and its alarm moves nothing", async () => {
    await up({});
    expect(await record()).toMatchObject({ armed: false, why: "nothing served before" });
    await alarm("ALARM");
    expect(results()).toEqual([{ deed: "nothing", why: "it is disarmed: nothing served before" }]);
    expect(await serving()).toEqual([100, 0]);
    await alarm("OK");
  });

  it("is armed by a canary's share, and takes it back when the canary's alarm fires", async () => {
    await up({ share: 10 });
    expect(await serving()).toEqual([90, 10]);
    expect(await record()).toMatchObject({
      ...{ armed: true, version: "v2", returnsTo: "blue", returnsToVersion: "v1", switched: true },
      weights: [{ blue: 90, green: 10 }],
    });
    await alarm("ALARM");
    expect(results()).toEqual([{ deed: "moved", why: "shop-green-no-go fired; web went back to blue" }]);
    expect(await serving()).toEqual([100, 0]);
    await alarm("OK");
    await up({ share: undefined });
    expect(await record()).toMatchObject({ armed: false, why: "v1 was rolled back to" });
  });

  it("is at work while an update watches a share, which fails then and says where traffic went", async () => {
    const writtenTimes = async () => (await rollbackRecord(world)).writtenTimes;
    const before = await writtenTimes();
    await project.set({ share: 10, bake: "10m" });
    const updating = project.run("up", "--skip-preview");
    // Written before the rules, and when traffic was read to be there: then the update begins to watch.
    await expect.poll(writtenTimes, patient).toBe(before + 2);
    await alarm("ALARM");
    expect(results()).toEqual([{ deed: "moved", why: "shop-green-no-go fired; web went back to blue" }]);
    const ran = await updating;
    const said = ran.text.replace(/\s+/g, " ");
    expect(ran.exitCode, ran.text).not.toBe(0);
    expect(said).toMatch(/No-go after [^:]*: .*shop-green-no-go fires/);
    // Whichever of both was first.
    expect(said).toMatch(
      /Traffic is not where the update put it any more: web: blue 100 %, green 0 %|aws\.rollback may take it back at any moment/,
    );
    expect(await serving()).toEqual([100, 0]);
    await alarm("OK");
    await up({ share: undefined, bake: undefined });
    expect(await record()).toMatchObject({ armed: false, why: "v1 was rolled back to" });
  });

  it("is armed by the switch", async () => {
    await up({ live: "green" });
    expect(await serving()).toEqual([0, 100]);
    expect(await record()).toMatchObject({
      ...{ armed: true, version: "v2", returnsTo: "blue", returnsToVersion: "v1", switched: true },
      ...{ alarm: "shop-green-no-go", forMs: 3_600_000 },
    });
  });

  it("goes back when the alarm fires, and the topic is told", async () => {
    await alarm("ALARM");
    expect(results()).toEqual([{ deed: "moved", why: "shop-green-no-go fired; web went back to blue" }]);
    expect(await serving()).toEqual([100, 0]);
    expect(world.simulator.topics.published).toEqual([
      expect.objectContaining({
        topic: expect.stringMatching(/:shop-release-alarms$/),
        subject: "shop: traffic went back to blue v1",
        message: expect.stringContaining("Read back: web served by blue 100 %."),
      }),
    ]);
  });

  it("goes back once, however often it is called", async () => {
    await alarm("OK");
    await world.simulator.setAlarm("shop-green-no-go", "ALARM", "ordered by the test", region);
    await world.simulator.events.alarmChanged("shop-green-no-go", "ALARM", "OK", "delivered twice", region);
    await world.simulator.functions.idle();
    expect(results()).toEqual(Array(2).fill({ deed: "nothing", why: "blue serves already" }));
    expect(world.simulator.topics.published).toEqual([]);
  });

  it("is not overwritten by an update that still says otherwise; one that says the same brings the stack in line and disarms", async () => {
    const ran = await project.run("up", "--skip-preview");
    expect(ran.exitCode).toBe(0);
    expect(await serving()).toEqual([100, 0]);
    await up({ live: "blue" });
    expect(await serving()).toEqual([100, 0]);
    expect(await record()).toMatchObject({ armed: false, why: "v1 was rolled back to" });
  });

  it("is armed again by the next try, and moves nothing when its bake is over", async () => {
    await alarm("OK");
    await up({ live: "green", aws: settings({ for: "1s" }, aws) });
    // The bake runs from when traffic was read to be there, which is the record's second writing.
    const { at } = await rollbackRecord(world);
    await expect.poll(() => Date.now() - at, patient).toBeGreaterThan(1_000);
    await alarm("ALARM");
    expect(results()).toEqual([{ deed: "nothing", why: "the bake of v2 is over" }]);
    expect(await serving()).toEqual([0, 100]);
  });

  it("moves nothing when it has its go", async () => {
    await alarm("OK");
    await up({ aws: settings({ for: "60m", go: "v2" }, aws) });
    expect(await record()).toMatchObject({ armed: false, why: "v2 has its go" });
    await alarm("ALARM");
    expect(results()).toEqual([{ deed: "nothing", why: "it is disarmed: v2 has its go" }]);
    expect(await serving()).toEqual([0, 100]);
  });
});
