import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readRecords } from "../../provider/local/instanceRecord.ts";
import { readPlatform, readServing } from "../../provider/local/serving.ts";
import { LoadGenerator, type Mark } from "../../rehearsal/load/client.ts";
import { environmentNames } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { readJournal } from "../../release/journal.ts";
import { instancesFor } from "../../release/strategy/rolling.ts";
import { eventually } from "../processes.ts";
import { Project } from "./project.ts";
import { behave, serviceSettings, writeService } from "./service.ts";

const first = 26920;
const wanted = 4;
const rolling = (bake: string) => ({
  strategy: { kind: "rolling", rolling: { stages: [10, 50, 100], bake, minRequests: 20, surge: 1 }, patience: "2m" },
});
let project: Project;
let load: LoadGenerator;
let mark: Mark;

/** As a person at a terminal starts it; its end is awaited by whoever wants to. */
const greenlight = (...args: string[]) => project.greenlight([...args, "--json"]);

async function serving() {
  const facts = readPlatform(project.dir);
  if (facts === undefined) throw new Error("nothing is deployed");
  return readServing(facts);
}

const weights = async () => (await serving()).weights.api;

/** Instances of each side that Envoy finds healthy. */
async function healthy() {
  const { blue, green } = (await serving()).healthy.api ?? {};
  return { blue: blue?.healthy, green: green?.healthy };
}

/**
 * Looks at the stack for as long as something is done to it: whether a side ever had fewer instances than its traffic takes, or both
 * together more than the surge allows.
 */
async function whileLooking<T>(work: Promise<T>): Promise<{ result: T; looks: number; wrong: string[] }> {
  const wrong: string[] = [];
  let looks = 0;
  let over = false;
  const looking = (async () => {
    while (!over) {
      const seen = await serving().catch(() => undefined);
      const shares = seen?.weights.api;
      const sides = seen?.healthy.api;
      if (shares !== undefined && sides !== undefined) {
        looks += 1;
        for (const name of environmentNames) {
          const takes = instancesFor(shares[name], wanted);
          if (sides[name].healthy < takes)
            wrong.push(`${sides[name].healthy} of ${takes} for ${shares[name]} % in ${name}`);
        }
        const running = readRecords(project.dir).filter(({ alive }) => alive).length;
        if (running > wanted + 1) wrong.push(`${running} instances run`);
      }
      await pause(20);
    }
  })();
  const result = await work.finally(() => {
    over = true;
  });
  await looking;
  return { result, looks, wrong };
}

/** What the journal says of a version's stages, in order. */
function stages(version: string): string[] {
  const text = readFileSync(join(project.folder, ".greenlight", "journals", `${project.stack}.jsonl`), "utf8");
  return readJournal(text).records.flatMap((it) =>
    it.type === "stage" && it.version === version ? [`${it.percent} ${it.is}`] : [],
  );
}

const reached = (version: string, percent: number) =>
  eventually(`${version} at ${percent} %`, async () =>
    stages(version).includes(`${percent} reached`) ? true : undefined,
  );

beforeAll(async () => {
  project = await Project.make({
    ...serviceSettings(first),
    services: { api: { port: first, instances: wanted, drain: "1s", start: "30s" } },
    ...rolling("3s"),
    thresholds: { errorRate: 0.01, errorFor: "1s", p95: "2s", p95For: "1s", minRequests: 20 },
    watch: { for: "3s", every: "500ms", smokeEvery: "2s" },
  });
  await writeService(project, ["v1", "v2", "v3", "v4"]);
  await behave(project, "v3", "baskets-fail");
  const ran = await project.run("up", "--skip-preview");
  expect(ran.exitCode, ran.text).toBe(0);
  const url = `http://127.0.0.1:${first}`;
  load = await LoadGenerator.start({
    targets: [{ name: "api", url, weight: 1, paths: ["/basket"], contains: '"version"' }],
    ratePerSecond: 200,
  });
});
afterAll(async () => {
  await load?.stop();
  await project?.remove();
});
beforeEach(async () => {
  mark = await load.mark("test");
});

describe.sequential("a rolling release under users' requests", () => {
  it("gives a good version traffic and instances side by side with the old one, never too few and never one too many", async () => {
    const { result, looks, wrong } = await whileLooking(greenlight("release", "v2"));
    expect(result.exitCode, result.stderr).toBe(exitCodes.ok);
    expect(JSON.parse(result.stdout)).toMatchObject({ ok: true, outcome: "released", environment: "green" });
    expect(stages("v2")).toEqual(["10 reached", "10 passed", "50 reached", "50 passed"]);
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    expect(await healthy()).toEqual({ blue: 1, green: wanted });
    expect(wrong).toEqual([]);
    expect(looks).toBeGreaterThan(100);
    expect((await load.since(mark)).total).toMatchObject({ failed: 0 });
    expect(readFileSync(project.file, "utf8")).not.toMatch(/greenlight:(share|room)/);
  });

  it("takes a bad version back at its first stage, so that most users never meet it", async () => {
    const { result, wrong } = await whileLooking(greenlight("release", "v3"));
    expect(result.exitCode, result.stderr).toBe(exitCodes.rolledBack);
    expect(JSON.parse(result.stdout)).toMatchObject({ outcome: "rolled-back" });
    expect(stages("v3")).toEqual(["10 reached"]);
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    expect(await healthy()).toEqual({ blue: 1, green: wanted });
    expect(wrong).toEqual([]);
    const { byVersion } = await load.since(mark);
    expect(byVersion.v2).toMatchObject({ failed: 0 });
  });

  it("goes on after a kill -9 in the middle of a move, without a failed request", async () => {
    await project.set({ ...rolling("3s"), live: "green", green: "v2", blue: "v3" });
    const killed = greenlight("release", "v4");
    await reached("v4", 10);
    await eventually("a share between two stages", async () => ((await weights())?.blue === 25 ? true : undefined));
    killed.kill("SIGKILL");
    await killed;
    const { result, wrong } = await whileLooking(greenlight("release", "v4"));
    expect(result.exitCode, result.stderr).toBe(exitCodes.ok);
    expect(stages("v4")).toEqual(["10 reached", "10 passed", "50 reached", "50 passed"]);
    expect(await weights()).toEqual({ blue: 100, green: 0 });
    expect(wrong).toEqual([]);
    expect((await load.since(mark)).total).toMatchObject({ failed: 0 });
  });

  it("goes back to the version before, instance by instance, as a rollback that no window is asked for", async () => {
    const { result, wrong } = await whileLooking(greenlight("rollback", "--reason", "too slow"));
    expect(result.exitCode, result.stderr).toBe(exitCodes.ok);
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    expect(await healthy()).toEqual({ blue: 1, green: wanted });
    expect(wrong).toEqual([]);
    expect((await load.since(mark)).total).toMatchObject({ failed: 0 });
  });

  it("is moved by plain pulumi one step at a time, and told what comes first", async () => {
    await project.set({ live: "green", green: "v2", blue: "v4", share: "50" });
    const atOnce = await project.run("preview");
    expect(atOnce.exitCode).not.toBe(0);
    expect(atOnce.text).toContain("blue would get 50 % of users' traffic, which takes 2 instances of api, and has 1.");
    await project.set({ share: undefined, room: "25" });
    const raised = await project.run("up", "--skip-preview");
    expect(raised.exitCode, raised.text).toBe(0);
    await project.set({ share: "25", room: "0" });
    const { result, wrong } = await whileLooking(project.run("up", "--skip-preview"));
    expect(result.exitCode, result.text).toBe(0);
    expect(result.changes).toEqual(["update Release release", "update Traffic traffic"]);
    expect(wrong).toEqual([]);
    expect(await weights()).toEqual({ blue: 25, green: 75 });
    expect((await load.since(mark)).total).toMatchObject({ failed: 0 });
  });
});
