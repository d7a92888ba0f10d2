import { z } from "zod";
import { type DrillSummary, drillSummary } from "../../../evidence/drill/rollbackScript.ts";
import { byFiles, clockSkew, filesFact } from "../../evidence.ts";
import { fail, item, type Judging, notApplicable } from "../../item.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const facts = filesFact(drillSummary).extend({
  tool: z.enum(["none", "prisma", "sql", "command"]),
  /** The version that is live and that a rollback goes back to; absent when nothing is. */
  live: z.string().max(63).optional(),
  /** Migrations that the live version does not have. */
  pending: z.number().int().nonnegative(),
  /** The script that the manifest names; `sha256` is absent when it cannot be read. */
  script: z.strictObject({ file: z.string().max(1_000), sha256: sha256.optional() }).optional(),
  /** sha256 of the folder of migrations as it is now. */
  migrations: sha256.optional(),
});

/** Oldest drill that is taken: 30 days. Milliseconds. */
export const oldestDrill = 30 * 24 * 3_600_000;
const steps = ["begin", "up", "down", "up again"];

/** The seed's "Rollback script ready": one that was run up, down and up again on a scratch database. */
export const rollbackScript = item({
  id: "database/rollback-script",
  group: "database",
  title: "Rollback script ready",
  severity: "high",
  when: "review",
  unoverridable: false,
  rule: "The manifest names a script that takes the pending migrations back. It was run up, down and up again on a scratch database of this commit's very files, at most 30 days ago, and left schema and rows as they were.",
  mend: "name the script as `database.rollback` in the manifest, run `greenlight drill database <version>`, and record what it wrote with `greenlight evidence add <version> database/rollback-script <file>`",
  facts,
  judge(it, judging) {
    if (it.tool === "none") return notApplicable("the release has no migrations");
    if (it.live === undefined) return notApplicable("nothing is live that a rollback could go back to");
    if (it.pending === 0) return notApplicable(`no migration is pending: ${it.live} has them all`);
    const { script } = it;
    if (script === undefined) {
      return fail(`the manifest names no rollback script for ${it.pending} pending migrations`);
    }
    if (script.sha256 === undefined) return fail(`the rollback script ${script.file} cannot be read`);
    return byFiles(it.files, judging, oldestDrill, (drills) => {
      const refusals = drills.flatMap((drill, index) => refusalOf(drill, it, it.files[index]?.at, judging) ?? []);
      if (refusals.length > 0) return { verdict: "fail", reason: refusals.slice(0, 5).join("; ") };
      const undone = drills[0]?.undone ?? 0;
      return {
        verdict: "pass",
        reason: `${script.file} took ${undone} migrations back to ${it.live} and left schema and rows as they were; they could be applied again`,
      };
    });
  },
});

function refusalOf(
  drill: DrillSummary,
  it: z.infer<typeof facts>,
  recordedAt: string | undefined,
  { version, commit, now }: Judging,
): string | undefined {
  const no = (reason: string) => `the drill ${reason}`;
  if (drill.version !== version) return no(`is of version ${drill.version}, not of ${version}`);
  if (drill.commit !== commit) return no(`says that it is of commit ${drill.commit.slice(0, 12)}`);
  const at = Date.parse(drill.at);
  if (at > now.getTime() + clockSkew) return no(`says that it is from the future: ${drill.at}`);
  if (now.getTime() - at > oldestDrill) return no(`says that it is of ${drill.at}, more than 30 days ago`);
  if (recordedAt !== undefined && at > Date.parse(recordedAt) + clockSkew) {
    return no(`says that it is of ${drill.at}, after it was recorded`);
  }
  if (drill.from !== it.live) return no(`went back to ${drill.from}, but ${it.live} is live`);
  if (drill.digests.migrations !== it.migrations) return no("was of other migrations than those that are there now");
  if (drill.digests.script !== it.script?.sha256) return no("was of another rollback script than the one there is now");
  if (!drill.passed || drill.differences.count > 0) {
    const first = drill.differences.first.join("; ");
    return no(`did not pass: ${first === "" ? "a step failed" : first}`);
  }
  if (drill.undone !== it.pending) {
    return no(`took ${drill.undone} migrations back, but ${it.pending} are pending`);
  }
  if (drill.steps.join() !== steps.join()) return no(`was not played to its end: ${drill.steps.join(", ")}`);
  return undefined;
}
