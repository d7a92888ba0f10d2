import { z } from "zod";
import { spokenDuration } from "../../../duration.ts";
import { shortestReason } from "../../../migrationSafety/allowance.ts";
import { type MigrationFinding, migrationFinding } from "../../../migrationSafety/finding.ts";
import { migrationRules } from "../../../migrationSafety/rules/index.ts";
import { fail, item, notApplicable, pass } from "../../item.ts";

const facts = z.strictObject({
  tool: z.enum(["none", "prisma", "sql", "command"]),
  /** What it is compared with; absent when nothing is live. */
  live: z.strictObject({ version: z.string().max(63), commit: z.string().max(64).optional() }).optional(),
  /** Migrations that the live version does not have, and the statements in them. */
  pending: z.number().int().nonnegative(),
  statements: z.number().int().nonnegative(),
  /** The lock timeout that the runner sets before a migration, milliseconds; 0 when the script must. */
  lockTimeoutMs: z.number().nonnegative(),
  /** New or changed files that may be migrations and are no SQL; the first five, and how many. */
  unread: z.strictObject({ count: z.number().int().nonnegative(), first: z.array(z.string().max(1_000)).max(5) }),
  /** Those that nobody accepted come first. */
  findings: z.array(migrationFinding).max(50),
  /** Findings beyond those, and how many of them nobody accepted. */
  more: z.strictObject({ count: z.number().int().nonnegative(), open: z.number().int().nonnegative() }),
  /** A planned downtime. */
  downtime: z
    .strictObject({ from: z.iso.datetime({ offset: true }), until: z.iso.datetime({ offset: true }) })
    .optional(),
});
export type CompatibleFacts = z.infer<typeof facts>;

const concerns = new Map(migrationRules.map(({ id, concern }) => [id, concern]));
/** Longest downtime that excuses: a day. Milliseconds. */
const longestDowntime = 24 * 3_600_000;

/** The seed's "Backward-compatible (or downtime scheduled)": the live version goes on working while and after they are applied. */
export const compatible = item({
  id: "database/compatible",
  group: "database",
  title: "Backward-compatible (or downtime scheduled)",
  severity: "critical",
  when: "review",
  unoverridable: false,
  rule: "No pending migration takes away, renames or changes what the live version uses, holds its queries up behind a lock, or cannot be read. What is not so is accepted by a comment `-- greenlight: allow <rule> because <reason>` directly above the statement, or happens in a planned downtime.",
  mend: "rewrite the statement as told, or say above it why it is safe here: `-- greenlight: allow <rule> because <reason>`",
  facts,
  judge(it, { now }) {
    if (it.tool === "none") return notApplicable("the release has no migrations");
    const compared = it.live === undefined ? "nothing is live yet" : `compared with ${it.live.version}, which is live`;
    if (it.unread.count > 0) {
      return fail(
        `${it.unread.count} files of the migrations are no SQL and cannot be judged: ${it.unread.first.join(", ")}`,
      );
    }
    if (it.pending === 0 && it.findings.length === 0 && it.more.count === 0) {
      return notApplicable(`no migration is pending (${compared})`);
    }
    const down = downtimeOf(it, now);
    const open = it.findings.filter((finding) => !accepted(finding) && !(down.holds && excused(finding)));
    const hidden = it.more.open;
    const total = open.length + hidden;
    if (total > 0) {
      const first = open.slice(0, 3).map(told);
      const rest = total - first.length;
      return fail(
        `${total} of what ${it.pending} migrations do is not safe: ${first.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}${down.remark}`,
      );
    }
    const parts = [
      `${it.pending} migrations with ${it.statements} statements, ${compared}`,
      ...(it.lockTimeoutMs === 0
        ? []
        : [`each lock is waited for at most ${it.lockTimeoutMs / 1000} s (set by Greenlight's runner)`]),
      ...acceptances(it.findings),
    ];
    return pass(parts.join("; ") + down.remark);
  },
});

function accepted({ allowed }: MigrationFinding): boolean {
  return (allowed ?? "").trim().length >= shortestReason;
}

/** Nobody uses the live version during a downtime; what cannot be applied or read is no better for it. */
function excused({ rule }: MigrationFinding): boolean {
  const concern = concerns.get(rule);
  return concern === "compatibility" || concern === "locking";
}

function downtimeOf({ downtime, findings }: CompatibleFacts, now: Date): { holds: boolean; remark: string } {
  if (downtime === undefined) return { holds: false, remark: "" };
  const from = Date.parse(downtime.from);
  const until = Date.parse(downtime.until);
  const no = (why: string) => ({ holds: false, remark: `; the planned downtime excuses nothing: ${why}` });
  if (until <= from) return no("it ends before it begins");
  if (until - from > longestDowntime) return no(`it is longer than ${spokenDuration(longestDowntime)}`);
  if (until <= now.getTime()) return no(`it ended at ${downtime.until}`);
  const count = findings.filter((finding) => !accepted(finding) && excused(finding)).length;
  const remark =
    count === 0 ? "" : `; ${count} findings accepted during the downtime from ${downtime.from} to ${downtime.until}`;
  return { holds: true, remark };
}

function told({ rule, migration, line, subject, why, rewrite, allowed }: MigrationFinding): string {
  const short = allowed === undefined ? "" : " (its allowance gives no reason)";
  return `${rule} at ${migration}:${line} (${subject})${short}: ${why}; instead: ${rewrite}`;
}

function acceptances(findings: readonly MigrationFinding[]): string[] {
  const all = findings.filter(accepted);
  if (all.length === 0) return [];
  const first = all.slice(0, 5).map(({ rule, subject, allowed }) => `${rule} (${subject}) because ${allowed}`);
  return [`accepted: ${first.join(", ")}${all.length > 5 ? ` and ${all.length - 5} more` : ""}`];
}
