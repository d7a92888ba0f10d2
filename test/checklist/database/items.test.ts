import { describe, expect, it } from "vitest";
import type { CompatibleFacts } from "../../../release/checklist/items/database/compatible.ts";
import type { MigrationReviewFacts } from "../../../release/evidence/review/migrationReviewFacts.ts";
import { commit, judged, now, other } from "../day/judged.ts";

const ago = (minutes: number) => new Date(Date.parse(now) - minutes * 60_000).toISOString();
const sha = (letter: string) => letter.repeat(64);

describe("database/compatible", () => {
  const finding = {
    rule: "drop-column",
    migration: "0002_names",
    statement: 3,
    line: 12,
    text: "ALTER TABLE users DROP COLUMN name",
    subject: "users.name",
    why: "its queries on the column fail",
    rewrite: "drop it in a release after that one",
  };
  const facts: CompatibleFacts = {
    tool: "sql",
    live: { version: "v1.2.2", commit: other },
    pending: 2,
    statements: 7,
    lockTimeoutMs: 5_000,
    unread: { count: 0, first: [] },
    findings: [],
    more: { count: 0, open: 0 },
  };
  const said = (more: Partial<CompatibleFacts>) => {
    const { verdict, reason } = judged("database/compatible", { ...facts, ...more });
    return `${verdict}: ${reason}`;
  };
  const downtime = (from: number, until: number) => ({ downtime: { from: ago(from), until: ago(until) } });

  it.each<[string, Partial<CompatibleFacts>, RegExp]>([
    [
      "passes without a finding, and says what it was compared with",
      {},
      /^pass: 2 migrations with 7 statements, compared with v1\.2\.2.*5 s.*runner/,
    ],
    ["does not apply without migrations", { tool: "none" }, /^not applicable/],
    ["does not apply with nothing pending", { pending: 0 }, /^not applicable: no migration is pending/],
    [
      "fails by one finding, telling place, why and rewrite",
      { findings: [finding] },
      /^fail: 1 of .*drop-column at 0002_names:12 \(users\.name\): its queries.*instead: drop it/,
    ],
    ["tells three of many and how many more", { findings: Array(9).fill(finding) }, /^fail: 9 of .*; and 6 more$/],
    ["fails by findings that are only counted", { more: { count: 4, open: 1 } }, /^fail: 1 of/],
    [
      "fails by an edited migration even with nothing pending",
      { pending: 0, findings: [{ ...finding, rule: "edited-migration" }] },
      /^fail/,
    ],
    [
      "fails by files that are no SQL",
      { pending: 0, unread: { count: 1, first: ["0003.ts"] } },
      /^fail: 1 files .* no SQL.*0003\.ts/,
    ],
    [
      "passes by an allowance, and shows it",
      { findings: [{ ...finding, allowed: "nothing reads it since v1.1" }] },
      /^pass: .*accepted: drop-column \(users\.name\) because nothing reads it since v1\.1/,
    ],
    [
      "fails by an allowance without a reason",
      { findings: [{ ...finding, allowed: "  safe    " }] },
      /^fail: .*no reason/,
    ],
    [
      "passes in a planned downtime, and says so",
      { findings: [finding], ...downtime(-60, -120) },
      /^pass: .*1 findings accepted during the downtime/,
    ],
    [
      "fails when the downtime is over",
      { findings: [finding], ...downtime(120, 60) },
      /^fail: .*excuses nothing: it ended/,
    ],
    [
      "fails when the downtime ends before it begins",
      { findings: [finding], ...downtime(-120, -60) },
      /^fail: .*before it begins/,
    ],
    [
      "fails when the downtime is longer than a day",
      { findings: [finding], ...downtime(0, -3_000) },
      /^fail: .*longer than/,
    ],
    [
      "fails in a downtime by what cannot be read",
      { findings: [{ ...finding, rule: "unreadable" }], ...downtime(-60, -120) },
      /^fail/,
    ],
    [
      "fails in a downtime by a rule that nobody knows",
      { findings: [{ ...finding, rule: "made-up" }], ...downtime(-60, -120) },
      /^fail/,
    ],
    ["passes when nothing is live", { live: undefined as never }, /^pass: .*nothing is live yet/],
  ])("%s", (_, more, expected) => {
    expect(said(more)).toMatch(expected);
  });

  it("fails without facts, with facts of another shape, and with more than it knows", () => {
    expect(judged("database/compatible", undefined)).toMatchObject({
      verdict: "fail",
      reason: "nothing is known of it",
    });
    expect(judged("database/compatible", { ...facts, pending: -1 }).verdict).toBe("fail");
    expect(judged("database/compatible", { ...facts, safe: true }).verdict).toBe("fail");
    expect(judged("database/compatible", { problem: "git does not tell" }).reason).toBe("git does not tell");
  });
});

describe("database/rollback-script", () => {
  const summary = {
    version: "v1.2.3",
    commit,
    at: ago(30),
    from: "v1.2.2",
    digests: { migrations: sha("a"), script: sha("b") },
    undone: 2,
    steps: ["begin", "up", "down", "up again"],
    passed: true,
    differences: { count: 0, first: [] as string[] },
  };
  const file = { source: "drill.json", sha256: sha("f"), bytes: 900, at: ago(20), commit, summary };
  const facts = {
    tool: "sql",
    live: "v1.2.2",
    pending: 2,
    script: { file: "rollback.sql", sha256: sha("b") },
    migrations: sha("a"),
    files: [file],
  };
  const said = (more: object) => {
    const { verdict, reason } = judged("database/rollback-script", { ...facts, ...more });
    return `${verdict}: ${reason}`;
  };
  const drill = (more: object) => ({ files: [{ ...file, summary: { ...summary, ...more } }] });

  it.each<[string, object, RegExp]>([
    ["passes by a drill of these very files", {}, /^pass: rollback\.sql took 2 migrations back to v1\.2\.2/],
    ["does not apply without migrations", { tool: "none" }, /^not applicable/],
    ["does not apply where nothing is live", { live: undefined }, /^not applicable/],
    ["does not apply with nothing pending", { pending: 0 }, /^not applicable/],
    ["fails without a script", { script: undefined }, /^fail: the manifest names no rollback script/],
    ["fails by a script that cannot be read", { script: { file: "rollback.sql" } }, /^fail: .*cannot be read/],
    ["fails without a drill", { files: [] }, /^fail: there is no evidence/],
    [
      "fails by a drill recorded of another commit",
      { files: [{ ...file, commit: other }] },
      /^fail: .*is of commit dddd/,
    ],
    [
      "fails by a drill that says another commit than its record",
      drill({ commit: other }),
      /^fail: .*says that it is of commit dddd/,
    ],
    [
      "fails by a drill that was never recorded",
      { files: [{ ...file, commit: undefined, at: undefined }] },
      /^fail: .*does not say of which commit/,
    ],
    [
      "fails by an old record",
      { files: [{ ...file, at: ago(60 * 24 * 31) }] },
      /^fail: .*before the commit|^fail: .*old/,
    ],
    ["fails by a record from the future", { files: [{ ...file, at: ago(-60) }] }, /^fail: .*future/],
    ["fails by a drill that says a time in the future", drill({ at: ago(-60) }), /^fail: .*future/],
    ["fails by a drill that says a time after its record", drill({ at: ago(10) }), /^fail: .*after it was recorded/],
    ["fails by an old drill recorded anew", drill({ at: ago(60 * 24 * 31) }), /^fail: .*30 days/],
    ["fails by a drill of another version", drill({ version: "v1.2.4" }), /^fail: .*v1\.2\.4/],
    ["fails by a drill back to another version", drill({ from: "v1.2.1" }), /^fail: .*went back to v1\.2\.1/],
    [
      "fails by a drill of other migrations",
      drill({ digests: { ...summary.digests, migrations: sha("c") } }),
      /^fail: .*other migrations/,
    ],
    [
      "fails by a drill of another script",
      drill({ digests: { ...summary.digests, script: sha("c") } }),
      /^fail: .*another rollback script/,
    ],
    ["fails by a drill that did not pass", drill({ passed: false }), /^fail: .*did not pass/],
    [
      "fails by a drill that says passed over differences",
      drill({ differences: { count: 1, first: ["left behind: index"] } }),
      /^fail: .*left behind: index/,
    ],
    ["fails by a drill of fewer migrations", drill({ undone: 1 }), /^fail: .*took 1 .* 2 are pending/],
    [
      "fails by a drill without its last step",
      drill({ steps: ["begin", "up", "down"] }),
      /^fail: .*not played to its end/,
    ],
    [
      "fails by a file that was changed after its record",
      { files: [{ source: "drill.json", sha256: sha("f"), problem: "it was changed after it was recorded" }] },
      /^fail: .*changed/,
    ],
    [
      "fails by one bad drill beside a good one",
      { files: [file, { ...file, summary: { ...summary, passed: false } }] },
      /^fail/,
    ],
  ])("%s", (_, more, expected) => {
    expect(said(more)).toMatch(expected);
  });
});

describe("database/backup", () => {
  const newest = { file: "before.dump", takenAt: ago(20), whole: true, sha256: sha("a") };
  const facts = { tool: "sql", inGraph: false, drill: true };
  const said = (more: object) => {
    const { verdict, reason } = judged("database/backup", { ...facts, ...more });
    return `${verdict}: ${reason}`;
  };

  it.each<[string, object, RegExp]>([
    ["passes where the update itself takes a snapshot", { inGraph: true }, /^pass: .*in the update itself, restored/],
    [
      "does not promise a restore that is not asked for",
      { inGraph: true, drill: false },
      /^pass: .*in the update itself, before/,
    ],
    ["does not apply without migrations", { tool: "none" }, /^not applicable/],
    ["fails without any snapshot", {}, /^fail: .*no snapshot/],
    ["passes by one of twenty minutes ago", { newest }, /^pass: a snapshot was taken 20/],
    ["fails by one of two hours ago", { newest: { ...newest, takenAt: ago(120) } }, /^fail: .*old/],
    ["fails by one from the future", { newest: { ...newest, takenAt: ago(-60) } }, /^fail: .*future/],
    [
      "says when a snapshot was last restored as a drill",
      { inGraph: true, restored: { at: ago(60), passed: true, sentence: "restored" } },
      /^pass: .*; the last restore drill passed, at 20/,
    ],
    [
      "fails while the last restore drill failed, whatever snapshots there are",
      { inGraph: true, restored: { at: ago(60), passed: false, sentence: "its storage is 5" } },
      /^fail: the last restore drill, at 20.* failed: its storage is 5/,
    ],
    ["fails by one that is gone or cut short", { newest: { ...newest, whole: false } }, /^fail: .*gone/],
  ])("%s", (_, more, expected) => {
    expect(said(more)).toMatch(expected);
  });

  it("cannot be set aside by an override", () => {
    const override = {
      item: "database/backup",
      by: "Ann",
      approvedBy: "Ben",
      approvedAt: ago(5),
      reason: "there is no time for it",
      until: ago(-60),
    };
    const it = judged("database/backup", facts, { overrides: [override] });
    expect(it).toMatchObject({ verdict: "fail", reason: expect.stringContaining("cannot be set aside") });
    expect(it.override).toBeUndefined();
  });
});

describe("database/review", () => {
  const pull = {
    number: 7,
    state: "merged" as const,
    draft: false,
    head: commit,
    base: other,
    people: ["ann"],
    opinions: [{ by: "ben", says: "approved" as const, commit, at: ago(60), member: true, bot: false }],
  };
  const file = (one: object) => ({
    source: "reviews.json",
    sha256: sha("f"),
    bytes: 900,
    at: ago(20),
    commit,
    summary: { pulls: [{ ...pull, ...one }], teams: [] },
  });
  const none = { count: 0, first: [] };
  const facts: MigrationReviewFacts = {
    tool: "sql",
    source: "database/review",
    scripts: { count: 2, first: ["db/2.sql", "db/back.sql"] },
    uncommitted: none,
    files: [file({})],
    commits: 3,
    pulls: [{ number: 7, commits: 3 }],
    signed: 0,
    signers: [],
    bare: none,
    owned: [],
    addresses: [],
  };
  const bare = { count: 1, first: [{ commit, subject: "Names" }] };
  const owned = [{ owners: ["@dba"], count: 1, paths: ["db/2.sql"] }];
  const said = (more: object) => {
    const { verdict, reason } = judged("database/review", { ...facts, ...more });
    return `${verdict}: ${reason}`;
  };

  it.each<[string, object, RegExp]>([
    ["passes by an approval of the head", {}, /^pass: 2 scripts in 3 commits, reviewed by ben/],
    ["does not apply without migrations", { tool: "none" }, /^not applicable/],
    ["does not apply with nothing pending", { scripts: none }, /^not applicable/],
    [
      "passes by signed commits",
      { files: [], pulls: [], signed: 3, signers: ["Ben <ben@example.invalid>"] },
      /^pass: .*Ben/,
    ],
    [
      "fails by scripts that are not committed",
      { uncommitted: { count: 1, first: ["2.sql"] } },
      /^fail: 1 of 2 scripts.*2\.sql/,
    ],
    ["fails when no commit brought them", { commits: 0 }, /^fail: git knows no commit/],
    ["fails by a commit that nobody else looked at", { bare }, /^fail: 1 of 3 commits.*Names/],
    ["fails by the author's own approval", { files: [file({ people: ["ben"] })] }, /^fail: .*ben wrote or committed/],
    ["fails by an approval before the last push", { files: [file({ head: other })] }, /^fail: .*before the last push/],
    [
      "fails by changes that are requested",
      { files: [file({ opinions: [{ ...pull.opinions[0], says: "changes requested" }] })] },
      /^fail: .*changes requested/,
    ],
    [
      "fails by an approval of an outsider",
      { files: [file({ opinions: [{ ...pull.opinions[0], member: false }] })] },
      /^fail: .*does not belong/,
    ],
    ["fails without an approval of an owner", { owned }, /^fail: .*db\/2\.sql by none of @dba/],
    ["passes by an owner", { owned: [{ ...owned[0], owners: ["@ben"] }] }, /^pass: .*owners among them/],
    ["fails by evidence of another commit", { files: [{ ...file({}), commit: other }] }, /^fail: .*is of commit/],
    ["fails by facts in which nobody looked", { files: [], pulls: [] }, /^fail: nobody is known/],
  ])("%s", (_, more, expected) => {
    expect(said(more)).toMatch(expected);
  });
});
