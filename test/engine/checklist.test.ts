import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project, root } from "./project.ts";
import { serviceSettings, writeService } from "./service.ts";

const first = 27120;
/** One item of each group that fails before the first deployment of v2, as everybody says it. */
const reasons = [
  "code/bugs: there is no evidence",
  "tests/unit: there is no evidence",
  "infrastructure/staging: there is no evidence",
  "communication/team: the manifest names nobody in communication.team",
  "day/window: Nobody knows what time it is where the team works: greenlight:calendar.zone is not set.",
  "anti-patterns/untested-in-staging: infrastructure/staging: there is no evidence",
];
let project: Project;

const greenlight = (...args: string[]) =>
  execa(process.execPath, [join(root, "cli", "bin.mjs"), ...args, "--stack", project.stack, "--yes"], {
    cwd: project.folder,
    env: project.env,
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    timeout: 120_000,
  });

/** As the engine breaks lines and marks them, a text is one line. */
const flat = (text: string) => text.replace(/\s+/g, " ");

beforeAll(async () => {
  project = await Project.make(serviceSettings(first));
  await writeService(project, ["v1", "v2"]);
  const ran = await project.run("up", "--skip-preview");
  expect(ran.exitCode, ran.text).toBe(0);
}, 600_000);
afterAll(async () => await project?.remove(), 180_000);

describe.sequential("a release without evidence, on a stack whose checklist is mandatory", { timeout: 120_000 }, () => {
  beforeAll(async () => await project.set({ checklist: { level: "mandatory" }, green: "v2" }));

  it.each<[string, string[]]>([
    ["a preview", ["preview"]],
    ["an update", ["up", "--skip-preview"]],
    ["an update with the policy packs", ["up", "--skip-preview", ...packs("checklist", "stack-safety")]],
  ])("is refused by %s, for each item by name, and nothing is changed", async (_, [operation, ...args]) => {
    const before = await project.settled();
    const ran = await project.run(operation as "preview" | "up", ...args);
    expect(ran.exitCode).not.toBe(0);
    for (const reason of reasons) expect(flat(ran.text)).toContain(reason);
    expect(ran.text).not.toMatch(/\n\s+at |node_modules/);
    expect(await project.settled()).toEqual(before);
  });

  it("is refused by `greenlight check` and `greenlight release` with the same reason", async () => {
    const before = await project.settled();
    for (const command of ["check", "release"]) {
      const ran = await greenlight(command, "v2", "--json");
      expect(ran.exitCode, ran.all).toBe(3);
      expect(flat(ran.all ?? "")).toContain("there is no evidence");
    }
    const said = flat((await greenlight("release", "v2")).all ?? "");
    for (const reason of reasons) expect(said).toContain(reason);
    expect(await project.settled()).toEqual(before);
  });

  it("is told, and not refused, where the checklist is advisory", async () => {
    await project.set({ checklist: { level: "advisory" } });
    const ran = await project.run("preview");
    expect(ran.exitCode, ran.text).toBe(0);
    expect(flat(ran.text)).toContain("checklist of v2 (advisory)");
  });
});

describe.sequential("what is no release", { timeout: 120_000 }, () => {
  it("is not held up: an everyday update, and the way back", async () => {
    await project.set({ checklist: { level: "none" }, green: "v2" });
    for (const changes of [{}, { live: "green" }]) {
      await project.set(changes);
      const ran = await project.run("up", "--skip-preview");
      expect(ran.exitCode, ran.text).toBe(0);
    }
    await project.set({ checklist: { level: "mandatory" }, gates: { successes: 3, interval: "50ms", deadline: "2s" } });
    const everyday = await project.run("up", "--skip-preview");
    expect(everyday.exitCode, everyday.text).toBe(0);
    await project.set({ live: "blue" });
    const back = await project.run("up", "--skip-preview");
    expect(back.exitCode, back.text).toBe(0);
  });
});

function packs(...names: string[]): string[] {
  return names.flatMap((name) => ["--policy-pack", join(root, "policies", name)]);
}
