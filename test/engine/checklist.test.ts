import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { Project, root } from "./project.ts";
import { serviceSettings, writeService } from "./service.ts";

const first = 26980;
/** Some of each group, so that the rest is not compared with nothing. */
const some = [
  "code/bugs: there is no evidence",
  "tests/unit: there is no evidence",
  "infrastructure/staging: there is no evidence",
  "communication/team: the manifest names nobody in communication.team",
  "day/window: Nobody knows what time it is where the team works: greenlight:calendar.zone is not set.",
  "anti-patterns/untested-in-staging: infrastructure/staging: there is no evidence",
];
const checked = z.object({ items: z.array(z.object({ id: z.string(), verdict: z.string(), reason: z.string() })) });
let project: Project;

const greenlight = (...args: string[]) => project.greenlight(args);

/** Every item that v2 fails, as `greenlight check` says it. */
async function failing(): Promise<{ id: string; says: string }[]> {
  const { stdout } = await greenlight("check", "v2", "--json");
  const { items } = checked.parse(JSON.parse(stdout));
  const found = items
    .filter(({ verdict }) => verdict === "fail")
    .map(({ id, reason }) => ({ id, says: flat(`${id}: ${reason}`) }));
  expect(found.length).toBeGreaterThanOrEqual(20);
  for (const one of some) expect(found.map(({ says }) => says)).toContainEqual(expect.stringContaining(one));
  return found;
}

/** As the engine breaks lines and marks them, a text is one line. */
const flat = (text: string) => text.replace(/\s+/g, " ");

beforeAll(async () => {
  project = await Project.make(serviceSettings(first));
  await writeService(project, ["v1", "v2"]);
  const ran = await project.run("up", "--skip-preview");
  expect(ran.exitCode, ran.text).toBe(0);
});
afterAll(async () => await project?.remove());

describe.sequential("a release without evidence, on a stack whose checklist is mandatory", () => {
  beforeAll(async () => await project.set({ checklist: { level: "mandatory" }, green: "v2" }));

  it.each<[string, string[]]>([
    ["a preview", ["preview"]],
    ["a preview with the policy packs", ["preview", ...packs("checklist", "stack-safety")]],
    ["an update", ["up", "--skip-preview"]],
    ["an update with the policy packs", ["up", "--skip-preview", ...packs("checklist", "stack-safety")]],
  ])(
    "is refused by %s, for every item that it lacks in the same words, and nothing is changed",
    async (_, [operation, ...args]) => {
      const before = await project.settled();
      const reasons = await failing();
      const ran = await project.run(operation as "preview" | "up", ...args);
      expect(ran.exitCode).not.toBe(0);
      for (const { says } of reasons) expect(flat(ran.text)).toContain(says);
      expect(ran.text).not.toMatch(/\n\s+at |node_modules/);
      expect(await project.settled()).toEqual(before);
    },
  );

  it("is refused by `greenlight check` and `greenlight release` with the same reason", async () => {
    const before = await project.settled();
    for (const command of ["check", "release"]) {
      const ran = await greenlight(command, "v2", "--json");
      expect(ran.exitCode, ran.all).toBe(3);
      expect(flat(ran.all ?? "")).toContain("there is no evidence");
    }
    const said = flat((await greenlight("release", "v2")).all ?? "");
    // What the release makes itself at T-30 is judged after it, by the update.
    const made = new Set(checklistItems.filter(({ when }) => when === "tag").map(({ id }) => String(id)));
    for (const { id, says } of await failing()) if (!made.has(id)) expect(said).toContain(says);
    expect(await project.settled()).toEqual(before);
  });

  it("is told, and not refused, where the checklist is advisory", async () => {
    await project.set({ checklist: { level: "advisory" } });
    const ran = await project.run("preview");
    expect(ran.exitCode, ran.text).toBe(0);
    expect(flat(ran.text)).toContain("checklist of v2 (advisory)");
  });
});

describe.sequential("what is no release", () => {
  it("is not held up: an everyday update, and the way back", async () => {
    await project.set({ checklist: { level: "none" }, green: "v2" });
    for (const changes of [{}, { live: "green" }]) {
      await project.set(changes);
      const ran = await project.run("up", "--skip-preview");
      expect(ran.exitCode, ran.text).toBe(0);
    }
    await project.set({
      checklist: { level: "mandatory" },
      gates: { successes: 3, interval: "50ms", deadline: "30s" },
    });
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
