import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { code, link, plain } from "../../release/markdown.ts";
import { type RunbookPlan, readRunbook, runbookDigest, runbookText } from "../../release/runbook.ts";
import { schedule } from "../../release/schedule.ts";

const plan: RunbookPlan = {
  version: "v1.2.3",
  commit: "c".repeat(40),
  stack: "prod",
  manifest: { file: "v1.2.3.yaml", digest: "d".repeat(64) },
  features: ["a basket | that *keeps* its goods"],
  issues: ["#12"],
  services: [{ name: "api", port: 8080, instances: 2 }],
  database: { tool: "prisma", directory: "../prisma/migrations", rollback: "../prisma/rollback.sql", drill: true },
  smoke: { command: ["npm", "run", "test:smoke"], directory: ".." },
  candidate: "green",
  before: { environment: "blue", version: "v1.2.2" },
  watch: { forMs: 15 * 60_000, everyMs: 10_000 },
  noGo: { errorRate: 0.01, errorForMs: 300_000, p95Ms: 5_000, p95ForMs: 60_000 },
  durationMs: 7_200_000,
  team: "shop",
  zone: "Europe/Berlin",
  downtime: undefined,
  onCall: { name: "Ann", acknowledgedAt: undefined },
  recipients: { team: ["#deploys"], stakeholders: [] },
  overrides: [],
  evidence: [{ item: "tests/unit", files: ["../reports/unit tests (1).xml"] }],
};

describe("a runbook", () => {
  const text = runbookText(plan);

  it("has every phase of the day in order, with its steps and how it is undone", () => {
    const places = schedule.map(({ title }) => text.indexOf(`: ${title}\n`));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    for (const { steps, undoneBy } of schedule) {
      for (const step of steps) expect(text).toContain(`- [ ] ${step}`);
      expect(text).toContain(`Undone by: ${undoneBy}`);
    }
  });

  it.each([
    "`greenlight check v1.2.3 --stack prod`",
    `\`git tag -a v1.2.3 -m "Release 1.2.3" ${"c".repeat(40)}\``,
    "`git push origin v1.2.3`",
    "`pulumi config set green v1.2.3 --stack prod`",
    "`greenlight switch green --stack prod`",
    "`greenlight watch --for 15m --stack prod`",
    "`npm run test:smoke`",
    '`greenlight rollback --stack prod --reason "…" --database script`',
  ])("has the command %s", (command) => {
    expect(text).toContain(command);
  });

  it("has times that follow from the settings", () => {
    expect(text).toContain("### T-0 to T+15m: Monitoring");
    expect(text).toContain("### T+15m: Go or no-go");
    expect(text).toContain("more than 1 % errors for 5 min, or p95 over 5 s for 60 s");
    expect(text).toContain("The whole plan takes 2 h, in a change window of shop (Europe/Berlin)");
  });

  it("names who is called, who is told, and where nobody is named", () => {
    expect(text).toContain("Ann (has not acknowledged in the manifest)");
    expect(text).toContain("| Team, told at T-60, start and end | \\#deploys |");
    expect(text).toContain("**nobody is named**");
    expect(runbookText({ ...plan, onCall: undefined })).toContain("**nobody is named in the manifest**");
  });

  it("links the evidence, whatever is in a file's name", () => {
    expect(text).toContain("(../reports/unit%20tests%20%281%29.xml)");
    expect(text).toContain("[v1.2.3.yaml](v1.2.3.yaml)");
  });

  it("says loudly what is set aside", () => {
    const override = {
      item: "tests/e2e",
      by: "ann",
      approvedBy: "bob",
      reason: "the lab burns",
      until: "2026-11-25T00:00:00Z",
    };
    const said = runbookText({ ...plan, overrides: [override] });
    expect(said).toContain("## OVERRIDES");
    expect(said).toMatch(/\*\*tests\/e2e is set aside\*\* by ann, approved by bob, until .*: the lab burns/);
    expect(said).toContain("| Approved the overrides | bob |");
    expect(text).not.toContain("OVERRIDES");
  });

  it("of a first deployment and without a migration says so", () => {
    const first = runbookText({ ...plan, before: undefined, database: undefined });
    expect(first).toContain("there is nothing to go back to");
    expect(first).toContain("Database: no migration");
    expect(first).not.toContain("--database");
    expect(
      runbookText({ ...plan, database: { tool: "sql", directory: "m", rollback: undefined, drill: false } }),
    ).toContain("**no rollback script**");
  });
});

describe("a runbook read back", () => {
  it("is what was written, also with the line ends of another system", () => {
    const text = runbookText(plan);
    const digest = runbookDigest(plan);
    expect(readRunbook(text)).toEqual({ said: digest, found: digest, notes: "" });
    expect(readRunbook(text.replaceAll("\n", "\r\n"))).toEqual({ said: digest, found: digest, notes: "" });
  });

  it("keeps its notes, which do not make it another one", () => {
    const noted = `${runbookText(plan)}\nCall the bank first.\n`;
    const read = readRunbook(noted);
    expect(read).toMatchObject({
      said: runbookDigest(plan),
      found: runbookDigest(plan),
      notes: "Call the bank first.",
    });
    expect(readRunbook(runbookText(plan, read.notes)).notes).toBe("Call the bank first.");
    expect(runbookText(plan, readRunbook(runbookText(plan, read.notes)).notes)).toBe(runbookText(plan, read.notes));
  });

  it("shows that somebody edited it above its notes", () => {
    const edited = runbookText(plan).replace("--for 15m", "--for 1m");
    const read = readRunbook(edited);
    expect(read.said).toBe(runbookDigest(plan));
    expect(read.found).not.toBe(read.said);
  });

  it("without a digest line is nobody's", () => {
    expect(readRunbook("# My own\n").said).toBeUndefined();
  });

  it.each<[string, Partial<RunbookPlan>]>([
    ["the manifest", { manifest: { file: "v1.2.3.yaml", digest: "e".repeat(64) } }],
    ["the commit", { commit: "e".repeat(40) }],
    ["the shares", { shares: { name: "canary", percents: [10, 50], bakeMs: 60_000 } }],
    ["the watch", { watch: { forMs: 60_000, everyMs: 10_000 } }],
    ["a limit", { noGo: { ...plan.noGo, errorRate: 0.02 } }],
    ["the instances", { services: [{ name: "api", port: 8080, instances: 3 }] }],
    ["who is on call", { onCall: { name: "Bob", acknowledgedAt: undefined } }],
    ["who is told", { recipients: { team: ["#other"], stakeholders: [] } }],
    ["what is there to go back to", { before: { environment: "blue", version: "v1.2.1" } }],
    ["the zone", { zone: "UTC" }],
    ["the evidence", { evidence: [] }],
    ["the smoke test", { smoke: { command: ["true"], directory: ".." } }],
  ])("is another one when %s changes", (_, change) => {
    expect(runbookDigest({ ...plan, ...change })).not.toBe(runbookDigest(plan));
  });
});

describe("whatever a manifest says", () => {
  it("stays on its line, as text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60, unit: "grapheme" }), (text) => {
        for (const it of [plain(text), code(text), link(text, text)]) {
          expect(it).not.toMatch(/[\r\n\u2028\u2029]/);
        }
        expect(plain(text)).not.toMatch(/(^|[^\\])(\\\\)*[`<|[\]]/);
        const digest = runbookDigest({ ...plan, features: [text] });
        expect(readRunbook(runbookText({ ...plan, features: [text] }))).toMatchObject({ said: digest, found: digest });
      }),
      { numRuns: 200 },
    );
  });

  it("code with backticks is fenced by more of them", () => {
    expect(code("a `b` ``c``")).toBe("``` a `b` ``c`` ```");
  });

  it("a feature that looks like the digest line is not taken for it", () => {
    const features = [`x\nDigest: \`sha256:${"a".repeat(64)}\``];
    expect(readRunbook(runbookText({ ...plan, features })).said).toBe(runbookDigest({ ...plan, features }));
  });
});
