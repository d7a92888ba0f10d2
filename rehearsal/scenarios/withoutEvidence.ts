import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readRecords } from "../../provider/local/instanceRecord.ts";
import { other } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { Ended } from "../command.ts";
import { repository } from "../project.ts";
import { release } from "../releasing.ts";
import { count, milliseconds } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";
import { checked } from "./evidence.ts";

const version = "v1.1.1";
const item = "tests/e2e";
const reason = `${item}: reports/second/e2e.xml does not say of which commit it is`;

export const withoutEvidence: Scenario = {
  name: "without-evidence",
  title: "A good release without the evidence of one item",
  expected: `${version} lacks the record of its end-to-end tests: preview, update, update with policy packs and \`greenlight release\` refuse it with the same reason, and nothing changes; once it is recorded, the checklist stands.`,
  allowsFailures: false,
  quick: false,
  async play(stage) {
    const found = new Findings();
    const began = Date.now();
    const before = await picture(stage);
    const idle = other((await stage.live())?.environment ?? "green");
    const was = stage.context.stackFile.text(`greenlight:${idle}`);
    const records = join(stage.places.project, "shop", "releases", `${version}.evidence.jsonl`);
    const whole = readFileSync(records, "utf8");
    writeFileSync(records, whole.replace(new RegExp(`^.*"item":"${item}".*\n`, "m"), ""));
    const refused: string[] = [];
    const expectRefusal = (how: string, ended: Ended) => {
      const text = [ended.stdout, ...ended.told].join(" ").replace(/\s+/g, " ");
      const isRefused = ended.exitCode !== 0 && text.includes(reason);
      found.expect(isRefused, `${how} ended with ${ended.exitCode}, and does not say ${JSON.stringify(reason)}`);
      if (isRefused) refused.push(how);
    };
    stage.context.stackFile.set({ [`greenlight:${idle}`]: version });
    try {
      expectRefusal("preview", await stage.pulumi("preview"));
      const up = ["up", "--yes", "--skip-preview"];
      expectRefusal("update", await stage.pulumi(...up));
      expectRefusal("update with policy packs", await stage.pulumi(...up, ...packs));
    } finally {
      stage.context.stackFile.set({ [`greenlight:${idle}`]: was });
    }
    const end = await release(stage, version);
    const same = end.exitCode === exitCodes.refused && end.sentence.replace(/\s+/g, " ").includes(reason);
    found.expect(same, `\`greenlight release\` ended as ${end.outcome}: ${end.sentence}`);
    if (same) refused.push("`greenlight release`");
    const after = await picture(stage);
    found.expect(after === before, `it was ${before}, and is ${after}`);
    writeFileSync(records, whole);
    const { ok, failing } = await checked(stage, version);
    found.expect(ok, `with all of its evidence ${failing.join("; ")}`);
    const window = await stage.load.since(await stage.load.mark("without evidence"));
    return found.ended(
      `Refused by ${refused.join(", ")} with ${JSON.stringify(reason)} in ${milliseconds(Date.now() - began)}; ${await stage.sayLive()} as before; recorded again, no item fails (${count(window.total.failed)} requests failed).`,
      { refusedBy: refused, reason },
    );
  },
};

const packs = ["checklist", "stack-safety"].flatMap((name) => ["--policy-pack", join(repository, "policies", name)]);

/** What serves and what runs, to see that nothing was changed. */
async function picture(stage: Stage): Promise<string> {
  const live = await stage.live();
  if (live === undefined) throw new Problem({ happened: "Nobody serves everything." });
  const running = readRecords(stage.places.stack).map((it) => `${it.name} ${it.version} ${it.startedAt}`);
  return `${live.environment} ${live.version}; ${running.toSorted().join(", ")}`;
}
