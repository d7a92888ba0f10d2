import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EnvoyAdmin } from "../../provider/local/envoy/admin.ts";
import { readPlatform } from "../../provider/local/serving.ts";
import { LoadGenerator, type Mark } from "../../rehearsal/load/client.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { readJournal } from "../../release/journal.ts";
import { eventually } from "../processes.ts";
import { Project } from "./project.ts";
import { behave, serviceSettings, writeService } from "./service.ts";

const first = 26880;
const canary = (bake: string) => ({
  strategy: { kind: "canary", canary: { stages: [10, 50, 100], bake, minRequests: 20 }, patience: "2m" },
});
let project: Project;
let load: LoadGenerator;
let mark: Mark;

/** As a person at a terminal starts it; its end is awaited by whoever wants to. */
const greenlight = (...args: string[]) => project.greenlight([...args, "--json"]);

async function weights() {
  const facts = readPlatform(project.dir);
  if (facts === undefined) throw new Error("nothing is deployed");
  return (await new EnvoyAdmin(facts.listen, facts.adminPort).allWeights(["api"])).api;
}

function journal() {
  const text = readFileSync(join(project.folder, ".greenlight", "journals", `${project.stack}.jsonl`), "utf8");
  return readJournal(text).records;
}

const isOver = (version: string) => journal().some((it) => it.type === "walk-over" && it.version === version);

/** What the journal says of a version's stages, in order. */
function stages(version: string): string[] {
  return journal().flatMap((it) => (it.type === "stage" && it.version === version ? [`${it.percent} ${it.is}`] : []));
}

const reached = (version: string, percent: number) =>
  eventually(`${version} at ${percent} %`, async () =>
    stages(version).includes(`${percent} reached`) ? true : undefined,
  );

/** Until the candidate has answered so many more requests. */
async function answers(environment: "blue" | "green", least: number): Promise<void> {
  const from = await load.mark("answers");
  await eventually(`${least} answers of ${environment}`, async () => {
    const seen = (await load.since(from)).byEnvironment[environment]?.requests ?? 0;
    return seen >= least ? true : undefined;
  });
}

beforeAll(async () => {
  project = await Project.make({
    ...serviceSettings(first),
    ...canary("3s"),
    thresholds: { errorRate: 0.01, errorFor: "1s", p95: "2s", p95For: "1s", minRequests: 20 },
    watch: { for: "3s", every: "500ms", smokeEvery: "2s" },
  });
  await writeService(project, ["v1", "v2", "v3", "v4", "v5", "v6"]);
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

describe.sequential("a canary walked by greenlight release, under users' requests", () => {
  it("gives a good version its shares one after the other, and then everything, without a failed request", async () => {
    const { exitCode, stdout, stderr } = await greenlight("release", "v2");
    expect(exitCode, stderr).toBe(exitCodes.ok);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, outcome: "released", environment: "green" });
    expect(stages("v2")).toEqual(["10 reached", "10 passed", "50 reached", "50 passed"]);
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    expect((await load.since(mark)).total).toMatchObject({ failed: 0 });
    expect(readFileSync(project.file, "utf8")).not.toContain("greenlight:share");
  });

  it("takes a bad version back at its first share, so that most users never meet it", async () => {
    const { exitCode, stdout, stderr } = await greenlight("release", "v3");
    expect(exitCode, stderr).toBe(exitCodes.rolledBack);
    const said = JSON.parse(stdout);
    expect(said.outcome).toBe("rolled-back");
    expect(said.verdict.sentence).toMatch(/^No-go after .* error rate/);
    expect(stages("v3")).toEqual(["10 reached"]);
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    const { byVersion, total } = await load.since(mark);
    expect(total.failed).toBeGreaterThan(0);
    expect(byVersion.v2).toMatchObject({ failed: 0 });
    expect(readFileSync(project.file, "utf8")).not.toContain("greenlight:share");
  });

  it("goes on after a kill -9 at the stage it stood at, and watches that one anew", async () => {
    await project.set({ ...canary("6s"), live: "green", green: "v2", blue: "v3" });
    const killed = greenlight("release", "v4");
    await reached("v4", 50);
    killed.kill("SIGKILL");
    await killed;
    expect(await weights()).toEqual({ blue: 50, green: 50 });
    const { exitCode, stderr } = await greenlight("release", "v4");
    expect(exitCode, stderr).toBe(exitCodes.ok);
    expect(stages("v4")).toEqual(["10 reached", "10 passed", "50 reached", "50 passed"]);
    expect(await weights()).toEqual({ blue: 100, green: 0 });
    expect((await load.since(mark)).total).toMatchObject({ failed: 0 });
  });

  it("stays where it is when paused, and is promoted by an order from another terminal", async () => {
    await project.set({ ...canary("15s"), live: "blue", blue: "v4", green: "v2" });
    const walking = greenlight("release", "v5");
    await reached("v5", 10);
    const paused = await greenlight("pause");
    expect(paused.exitCode, paused.stderr).toBe(exitCodes.ok);
    expect(JSON.parse(paused.stdout)).toMatchObject({ ok: true, order: "pause", taken: true });
    // More than it answers in the bake after which it would have gone on.
    await answers("green", 360);
    expect(stages("v5")).toEqual(["10 reached"]);
    expect(await weights()).toEqual({ blue: 90, green: 10 });
    const promoted = await greenlight("promote");
    expect(promoted.exitCode, promoted.stderr).toBe(exitCodes.ok);
    await eventually("the last step of v5", async () => (isOver("v5") ? true : undefined));
    const late = await greenlight("abort");
    expect(late.exitCode, late.stdout).toBe(exitCodes.refused);
    expect(late.stdout).toMatch(/there is no stage to abort|No release is under way/);
    const { exitCode, stderr } = await walking;
    expect(exitCode, stderr).toBe(exitCodes.ok);
    expect(stages("v5")).toEqual(["10 reached"]);
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    expect((await load.since(mark)).total).toMatchObject({ failed: 0 });
  });

  it("goes back when somebody aborts it, and says who", async () => {
    await project.set({ ...canary("60s"), live: "green", green: "v5", blue: "v4" });
    const walking = greenlight("release", "v6");
    await reached("v6", 10);
    const aborted = await greenlight("abort");
    expect(aborted.exitCode, aborted.stderr).toBe(exitCodes.ok);
    const { exitCode, stdout, stderr } = await walking;
    expect(exitCode, stderr).toBe(exitCodes.rolledBack);
    expect(JSON.parse(stdout).sentence).toMatch(/^Aborted by \S+/);
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    expect((await load.since(mark)).total).toMatchObject({ failed: 0 });
  });

  it("takes no order when no release is under way", async () => {
    const { exitCode, stdout } = await greenlight("abort");
    expect(exitCode).toBe(exitCodes.refused);
    expect(stdout).toContain("No release is under way that `greenlight abort` could reach.");
  });
});
