import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { checklistEnforced } from "../../policies/checklist/checklist-enforced.ts";
import type { ChecklistFacts } from "../../release/checklist/facts.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { greenlight } from "../cli/project.ts";
import { judge } from "../policies/judging.ts";
import { Managed } from "../provider/managed.ts";
import { readyCopies, readyRelease } from "./attempt.ts";
import { ago, inAnHour, refusals, version } from "./readyRelease.ts";
import { carrying, refusedByPack, refusedByProvider, releaseType } from "./surfaces.ts";

const ready = readyRelease();
let whole: ChecklistFacts;
beforeAll(async () => {
  whole = await ready().facts();
});

/** Each judges with its own clock. */
const atAnyTime = (text: string) => text.replace(/this clock says \S+/g, "this clock says it");

type Edit = (it: Record<string, unknown>) => unknown;
/** Facts of which one item's were changed on their way. */
function edited(id: string, change: Edit): ChecklistFacts {
  const copy: ChecklistFacts = structuredClone(whole);
  change(copy.items[id] as Record<string, unknown>);
  return copy;
}
const file =
  (change: object): Edit =>
  (facts) =>
    Object.assign((facts.files as object[])[0] ?? {}, change);
const summary =
  (change: object): Edit =>
  (facts) =>
    Object.assign((facts.files as { summary: object }[])[0]?.summary ?? {}, change);

describe("a Release whose facts were edited is refused by provider and pack, with clocks of their own", () => {
  it.each<[string, string, Edit, RegExp]>([
    ["evidence moved to another commit", "tests/unit", file({ commit: "f".repeat(40) }), /is of commit ffffffffffff/],
    [
      "evidence without a digest",
      "tests/unit",
      (it) => delete (it.files as { sha256?: string }[])[0]?.sha256,
      /was not read/,
    ],
    ["evidence from tomorrow", "tests/unit", file({ at: ago(-24 * 60) }), /from the future/],
    ["the tests counted as none", "tests/unit", summary({ tests: 0 }), /holds no test/],
    ["a failure beside the passes", "tests/unit", summary({ failed: 1, failedNames: ["pays"] }), /1 of 2 failed/],
    ["fewer failures than none", "tests/unit", summary({ failed: -1 }), /not what they should be/],
    ["no file at all", "tests/unit", (it) => Object.assign(it, { files: [] }), /there is no evidence/],
    ["a key that nobody knows", "tests/unit", (it) => Object.assign(it, { ok: true }), /not what they should be/],
    ["a verdict in the place of facts", "tests/unit", (it) => Object.assign(it, { verdict: "pass" }), /not what they/],
    [
      "health that was asked an hour ago",
      "day/health",
      (it) => Object.assign(it, { at: ago(60) }),
      /it was asked 60 min ago/,
    ],
    [
      "a clock that is ahead of the one that judges",
      "day/window",
      (it) => Object.assign(it, { at: inAnHour() }),
      /set back/,
    ],
    [
      "a tag that leads elsewhere",
      "day/tag",
      (it) => Object.assign(it.here as object, { commit: "f".repeat(40) }),
      /leads to ffff/,
    ],
  ])("%s", async (_, id, change, reason) => {
    const facts = edited(id, change);
    const said = await refusedByProvider(facts);
    expect(said[0]).toMatch(reason);
    expect(said[0]?.startsWith(`${id}: `)).toBe(true);
    expect(refusedByPack(facts).map(atAnyTime)).toEqual(said.map(atAnyTime));
  });

  it.each<[string, () => ChecklistFacts]>([
    ["without any item", () => ({ ...whole, items: {} })],
    [
      "with items by names that only look like them",
      () => ({
        ...whole,
        items: Object.fromEntries(Object.entries(whole.items).map(([id, it]) => [`${id} `, it])),
      }),
    ],
    ["with items that only their prototype has", () => ({ ...whole, items: Object.create(whole.items) })],
  ])("%s: nothing is known of any", async (_, facts) => {
    const said = await refusedByProvider(facts());
    expect(said).toHaveLength(checklistItems.length);
    for (const it of said.slice(0, 29)) expect(it).toMatch(/: nothing is known of it\./);
  });

  it("items that nobody knows let nothing pass and nothing fail", async () => {
    const items: ChecklistFacts["items"] = { ...whole.items, "tests/everything": { ok: true } };
    const more = { ...whole, items };
    expect(await refusedByProvider(more)).toEqual([]);
    const { "tests/unit": _, ...rest } = items;
    expect((await refusedByProvider({ ...more, items: rest }))[0]).toMatch(/^tests\/unit: nothing is known/);
  });
});

describe("a Release that leaves its checklist out is refused, with and without policy packs", () => {
  it.each<[string, unknown, object, RegExp]>([
    ["nothing carried", undefined, { checklist: undefined }, /carries no checklist/],
    ["nothing of the candidate", undefined, {}, /Nothing is known of the checklist of v1\.2\.3/],
  ])("%s", async (_, green, over, reason) => {
    expect(await refusedByProvider(green, over)).toEqual([expect.stringMatching(reason)]);
    expect(refusedByPack(green, over)).toHaveLength(checklistItems.length);
  });

  it("the checklist of another version", async () => {
    const facts = { ...whole, version: "v1.2.2" };
    expect(await refusedByProvider(facts)).toEqual([
      expect.stringMatching(/checklist is of v1\.2\.2, but green gets v1\.2\.3/),
    ]);
  });

  it("that of the side which serves, in the place of the candidate's", async () => {
    const over = { checklist: { level: "mandatory", blue: { ...whole, version: "v1.2.2" } } };
    expect(await refusedByProvider(undefined, over)).toContainEqual(
      expect.stringMatching(/Nothing is known of the checklist of v1\.2\.3/),
    );
    expect(refusedByPack(undefined, over)).toContainEqual(
      expect.stringMatching(/^tests\/unit: nothing is known of it/),
    );
  });

  it.each(["none", "rollback", "switch"])("the release called a %s", async (kind) => {
    expect(await refusedByProvider({ ...whole, items: {} }, { kind })).toEqual([expect.stringMatching(/^kind: /)]);
  });

  it.each(["advisory", "none"])("a level of %s that the stack gives itself", (level) => {
    const over = { checklist: { level, ...(level === "none" ? {} : { green: whole }) } };
    expect(judge(checklistEnforced, releaseType, carrying(whole, over))).toEqual([
      expect.stringMatching(/must be mandatory/),
    ]);
  });

  it("facts gathered for a review (GREENLIGHT_REVIEW=1), in an update", async () => {
    const review = await ready().facts("review");
    const release = new Managed(releaseType, "release");
    await expect(release.create(carrying(review))).rejects.toThrow(/gathered for a review, which leaves out/);
    expect(judge(checklistEnforced, releaseType, carrying(review))).toEqual([
      expect.stringMatching(/gathered for a review/),
    ]);
  });
});

describe("the environment of the command", () => {
  afterEach(() => vi.unstubAllEnvs());
  const copy = readyCopies();

  it("names no other repository: a changed file stays one", async () => {
    const release = copy();
    release.write("server.js", "// open\n");
    vi.stubEnv("GIT_DIR", ready().at(".git"));
    vi.stubEnv("GIT_WORK_TREE", ready().folder);
    expect(refusals(await release.verdict()).get("day/merged")).toMatch(/not as committed: server\.js/);
  });

  it("lowers no level and skips no day: `greenlight check` and `greenlight release` refuse all the same", async () => {
    const release = copy();
    release.write("server.js", "// open\n");
    release.edit(release.records, (text) => text.replaceAll("unit.xml", "other.xml"));
    const env = {
      GREENLIGHT_REVIEW: "1",
      GREENLIGHT_CHECKLIST_LEVEL: "none",
      PULUMI_CONFIG: JSON.stringify({ "shop:checklist": '{"level":"none"}' }),
    };
    const check = await greenlight(["check", version, "--project", release.folder], env);
    expect(check.exitCode).toBe(3);
    expect(check.stdout).toMatch(/day\/merged|Merge deployment branch/);
    const ran = await greenlight(["release", version, "--project", release.folder, "--yes"], env);
    expect(ran.exitCode).toBe(3);
    expect(`${ran.stdout}${ran.stderr}`.replace(/\s+/g, " ")).toContain(
      "tests/unit: evidence/unit.xml does not say of which commit it is",
    );
  });
});
