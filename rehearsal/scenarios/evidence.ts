import { z } from "zod";
import { milliseconds } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

/** What `greenlight check --json` prints, as far as it is looked at. */
const checkShape = z.looseObject({
  ok: z.boolean(),
  items: z.array(
    z.looseObject({
      id: z.string(),
      verdict: z.enum(["pass", "fail", "not applicable"]),
      reason: z.string(),
      override: z.looseObject({ by: z.string() }).optional(),
    }),
  ),
});

export const evidence: Scenario = {
  name: "evidence",
  title: "Evidence for the checklist",
  expected:
    "Code is committed and reviewed; each version with code of its own is released to staging, tested and scanned there, and gone back from; announcements arrive; all of it is recorded, and no item of v1.0.0's checklist fails.",
  allowsFailures: false,
  quick: true,
  underLoad: false,
  async play(stage) {
    const found = new Findings();
    const { preparation } = stage;
    const began = Date.now();
    await preparation.makeRepository();
    const recordAll = async () => {
      for (const release of preparation.releases) await preparation.record(release);
    };
    const beside = () => announceAndDrill(stage);
    const staged = await preparation.inStaging({ beside, whenTested: recordAll });
    await preparation.checkOut("first");
    const tookMs = Date.now() - began;
    const first = await checked(stage, "v1.0.0");
    found.expect(first.ok, `v1.0.0: ${first.failing.join("; ")}`);
    return found.ended(
      `${staged.join(", ")} were in staging; evidence of ${preparation.releases.length} releases is recorded after ${milliseconds(tookMs)}; of v1.0.0 ${first.pass} items pass, ${first.notApplicable} do not apply.`,
      { tookMs, items: first.pass + first.notApplicable },
    );
  },
};

/** What needs no staging is done beside it. */
async function announceAndDrill({ preparation }: Stage): Promise<void> {
  await preparation.drill("v1.1.0");
  for (const { version } of preparation.releases) await preparation.announce(version);
}

/** A release's checklist before its day: how much passes, and what fails without an override. */
export async function checked(stage: Stage, version: string) {
  const ended = await stage.greenlight("check", version, "--review");
  const { ok, items } = checkShape.parse(ended.json);
  const failing = items.filter((it) => it.verdict === "fail" && it.override === undefined);
  return {
    ok,
    pass: items.filter((it) => it.verdict === "pass").length,
    notApplicable: items.filter((it) => it.verdict === "not applicable").length,
    failing: failing.map((it) => `${it.id} (${it.reason})`),
  };
}
