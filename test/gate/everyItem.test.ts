import { beforeAll, describe, expect, it, vi } from "vitest";
import { checkCommand } from "../../cli/commands/check.ts";
import { openContext } from "../../cli/context.ts";
import { checklistFindings } from "../../cli/release/checklistFindings.ts";
import type { ReleaseRun } from "../../cli/release/releaseRun.ts";
import { silentReporter } from "../../cli/terminal/reporterSilent.ts";
import type { ChecklistFacts } from "../../release/checklist/facts.ts";
import type { ItemId } from "../../release/checklist/item.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { judgeChecklist, refusalText, stands } from "../../release/checklist/judge.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { readyRelease } from "./attempt.ts";
import { version } from "./readyRelease.ts";
import { refusedByPack, refusedByProvider } from "./surfaces.ts";

const given = vi.hoisted(() => ({ facts: undefined as ChecklistFacts | undefined }));
vi.mock("../../project/checklist/checklistOf.ts", async (original) => {
  const real = await original<typeof import("../../project/checklist/checklistOf.ts")>();
  return {
    checklistOf: (it: Parameters<typeof real.checklistOf>[0]) =>
      given.facts === undefined ? real.checklistOf(it) : Promise.resolve(given.facts),
  };
});

/** The seed's anti-patterns that other items rule out fall with them. */
const restingOn: Readonly<Partial<Record<ItemId, readonly ItemId[]>>> = {
  "anti-patterns/untested-in-staging": ["infrastructure/staging", "infrastructure/staging-smoke"],
  "anti-patterns/no-rollback-plan": ["infrastructure/rollback", "database/rollback-script"],
  "anti-patterns/no-backup": ["database/backup"],
  "anti-patterns/known-issues": [
    "code/bugs",
    ...(["unit", "integration", "e2e", "performance", "security"] as const).map((name): ItemId => `tests/${name}`),
  ],
};
const without = (id: ItemId): readonly ItemId[] =>
  checklistItems.map((it) => it.id).filter((it) => it === id || restingOn[it]?.includes(id) === true);
const flat = (text: string) => text.replace(/\s+/g, " ");

const ready = readyRelease();
let whole: ChecklistFacts;
beforeAll(async () => {
  given.facts = undefined;
  whole = await ready().facts();
  return () => {
    given.facts = undefined;
  };
});
const lacking = (id: ItemId): ChecklistFacts => {
  const { [id]: _, ...items } = whole.items;
  return { ...whole, items };
};

describe("a release that lacks the evidence of one item, with everything else there", () => {
  it("may be while nothing is lacking, by everybody who judges it", async () => {
    given.facts = whole;
    expect(judgeChecklist(checklistItems, whole, new Date()).ok).toBe(true);
    expect(await refusedByProvider(whole)).toEqual([]);
    expect(refusedByPack(whole)).toEqual([]);
    expect(await byReleaseCommand()).toEqual([]);
    expect((await byCheckCommand()).exitCode).toBe(exitCodes.ok);
  });

  it.each(checklistItems.map((it) => it.id))(
    "%s: is refused by everybody, in the same words, for nothing else",
    async (id) => {
      const facts = lacking(id);
      given.facts = facts;
      const { items, ok } = judgeChecklist(checklistItems, facts, new Date());
      const failing = items.filter((it) => !stands(it));
      expect(ok).toBe(false);
      expect(failing.map((it) => it.id)).toEqual(without(id));
      const said = failing.map(refusalText);
      expect(said[0]).toMatch(new RegExp(`^${id}: nothing is known of it\\. To mend it: `));
      expect(await refusedByProvider(facts)).toEqual(said);
      expect(refusedByPack(facts)).toEqual(said);
      const { exitCode, json } = await byCheckCommand();
      expect(exitCode).toBe(exitCodes.refused);
      expect(json).toEqual(failing.map((it) => ({ id: it.id, reason: it.reason })));
      expect(flat((await byCheckCommand(id)).text)).toContain(flat(`nothing is known of it`));
      // What the release makes itself at T-30 is judged after it, by the update.
      const made = checklistItems.find((it) => it.id === id)?.when === "tag";
      expect(await byReleaseCommand()).toEqual(made ? [] : said);
    },
  );
});

async function byCheckCommand(item?: ItemId) {
  const { signal } = new AbortController();
  const terminal = { project: ready().folder, json: false, yes: true, color: false };
  const options = { ...terminal, version, format: "text" as const, review: false, watch: false, item };
  const { exitCode, json, text } = await checkCommand(options, silentReporter, signal);
  const { items } = json as ReturnType<typeof judgeChecklist>;
  return {
    exitCode,
    text: text ?? "",
    json: items.filter((it) => it.verdict === "fail").map(({ id, reason }) => ({ id, reason })),
  };
}

function byReleaseCommand(): Promise<string[]> {
  const context = openContext({ project: ready().folder, json: false, yes: true });
  const { signal } = new AbortController();
  const run = { context, settings: context.settings(), version, signal, reporter: silentReporter };
  return checklistFindings(run as unknown as ReleaseRun);
}
