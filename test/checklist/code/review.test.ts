import { describe, expect, it } from "vitest";
import { documentation } from "../../../release/checklist/items/code/documentation.ts";
import { review } from "../../../release/checklist/items/code/review.ts";
import { securityReview } from "../../../release/checklist/items/code/securityReview.ts";
import type { Opinion, PullSummary } from "../../../release/evidence/review/reviewSummary.ts";
import { commit, file, refusedFiles, verdictOf } from "../judgedItem.ts";

const said = (over: Partial<Opinion> = {}): Opinion => ({
  by: "berta",
  says: "approved",
  commit,
  at: "2026-03-03T10:00:00Z",
  member: true,
  bot: false,
  ...over,
});
const pull = (over: Partial<PullSummary> = {}): PullSummary => ({
  number: 7,
  state: "open",
  draft: false,
  head: commit,
  base: "3".repeat(40),
  people: ["anna-dev", "anna@shop.example"],
  opinions: [said()],
  ...over,
});
const pulls = (own: PullSummary[] = [pull()], teams: object[] = []) => [file({ pulls: own, teams })];
const failed = (reason: RegExp) => ({ verdict: "fail", reason: expect.stringMatching(reason) });

describe("code/review", () => {
  const bare = { count: 0, first: [] };
  const facts = (over: object = {}) => ({
    files: pulls(),
    since: "v1.2.2",
    commits: 4,
    pulls: [{ number: 7, commits: 4 }],
    signed: 0,
    signers: [],
    bare,
    owned: [],
    addresses: [],
    ...over,
  });
  const signed = {
    files: [],
    pulls: [],
    signed: 4,
    signers: ["Carla <carla@shop.example>"],
    addresses: ["carla@shop.example"],
  };
  const scripts = (...owners: string[]) => ({ owned: [{ owners, count: 2, paths: ["migrations/1.sql"] }] });

  it.each<[string, object, RegExp]>([
    [
      "the pull request of every commit is approved by somebody else",
      {},
      /^4 commits since v1\.2\.2: #7 approved by berta$/,
    ],
    ["every commit is signed by somebody else", signed, /4 commits signed by Carla/],
    ["an owner of the changed migration scripts approved", scripts("@other", "@Berta"), /approved by berta/],
    [
      "an owner by a team did",
      { ...scripts("@shop/db"), files: pulls([pull()], [{ team: "shop/db", members: ["berta"] }]) },
      /berta/,
    ],
    ["an owner by their address signed", { ...signed, ...scripts("carla@shop.example") }, /signed by Carla/],
    ["it is the first release", { since: undefined }, /^4 commits: /],
  ])("passes when %s", (_, over, reason) => {
    expect(verdictOf(review, facts(over))).toMatchObject({ verdict: "pass", reason: expect.stringMatching(reason) });
  });

  it.each<[string, object, RegExp]>([
    [
      "nobody reviewed anything",
      { files: [], pulls: [], bare: { count: 4, first: [{ commit, subject: "Coupons" }] } },
      /4 of 4 commits since v1\.2\.2 were reviewed by nobody else: 111111111111 Coupons/,
    ],
    [
      "one commit was pushed past every review",
      { bare: { count: 1, first: [{ commit, subject: "Quick fix" }] } },
      /1 of 4 commits .* Quick fix/,
    ],
    ["the author approved", { files: pulls([pull({ opinions: [said({ by: "Anna-Dev" })] })]) }, /wrote or committed/],
    [
      "the approval is of before the last push",
      { files: pulls([pull({ opinions: [said({ commit: "2".repeat(40) })] })]) },
      /before the last push/,
    ],
    [
      "changes are requested",
      { files: pulls([pull({ opinions: [said(), said({ by: "carla", says: "changes requested" })] })]) },
      /changes requested by carla/,
    ],
    [
      "the approval was dismissed",
      { files: pulls([pull({ opinions: [said({ says: "dismissed" })] })]) },
      /no approval/,
    ],
    [
      "the approval is older than 30 days",
      { files: pulls([pull({ opinions: [said({ at: "2026-01-03T10:00:00Z" })] })]) },
      /at most 720 h/,
    ],
    ["a program approved", { files: pulls([pull({ opinions: [said({ bot: true })] })]) }, /is a program/],
    [
      "one of two pull requests is not approved",
      {
        files: pulls([pull(), pull({ number: 8, opinions: [] })]),
        pulls: [
          { number: 7, commits: 3 },
          { number: 8, commits: 1 },
        ],
      },
      /#8 has no approval/,
    ],
    [
      "a pull request is of something else",
      { pulls: [{ number: 7, commits: 0 }] },
      /#7 \(head 111111111111\) holds no commit of this release/,
    ],
    ["nothing is there to review", { commits: 0, pulls: [] }, /nothing to review/],
    ["nobody is known, by facts that cannot be", { files: [], pulls: [] }, /nobody is known/],
    [
      "no owner of the migration scripts approved",
      scripts("@carla"),
      /migrations\/1\.sql and 1 more by none of @carla/,
    ],
    ["the owner is a team of unknown people", scripts("@shop/db"), /who is in @shop\/db is not said/],
    [
      "an owner's look-alike approved",
      { ...scripts("@berta"), files: pulls([pull({ opinions: [said({ by: "bеrta" })] })]) },
      /by none of @berta/,
    ],
  ])("fails when %s", (_, over, reason) => {
    expect(verdictOf(review, facts(over))).toMatchObject(failed(reason));
  });

  it.each(refusedFiles)("fails when the reviews' file %s", (_, over, reason) => {
    expect(verdictOf(review, facts({ files: [file({ pulls: [pull()], teams: [] }, over)] }))).toMatchObject(
      failed(reason),
    );
  });
});

describe("code/security-review", () => {
  const signed = (over: object = {}) => [
    file({
      signed: {
        commit,
        reviewer: "@carla",
        at: "2026-03-03T10:00:00Z",
        outcome: "passed",
        scope: "sessions and coupon codes",
        findings: [],
        ...over,
      },
    }),
  ];
  const facts = (over: object = {}) => ({
    files: pulls(),
    since: "v1.2.2",
    codeOwners: ".github/CODEOWNERS",
    owners: ["@berta", "@carla"],
    owned: [],
    changed: 12,
    people: ["Anna", "anna@shop.example"],
    ...over,
  });
  const auth = (...owners: string[]) => ({ owned: [{ owners, count: 1, paths: ["auth/session.ts"] }] });
  const finding = (severity: string, mended: boolean) => ({ findings: [{ title: "Token in URL", severity, mended }] });

  it.each<[string, object, RegExp]>([
    ["an owner for security approved", {}, /passed by berta; 0 of 12 changed files are named/],
    ["the owner of each named file did", auth("@berta"), /1 of 12/],
    ["an owner signed a review of their own", { files: signed() }, /passed by @carla/],
    ["what they found is mended", { files: signed(finding("critical", true)) }, /passed by @carla/],
    ["only a low finding is left", { files: signed(finding("low", false)) }, /passed by @carla/],
  ])("passes when %s", (_, over, reason) => {
    expect(verdictOf(securityReview, facts(over))).toMatchObject({
      verdict: "pass",
      reason: expect.stringMatching(reason),
    });
  });

  it.each<[string, object, RegExp]>([
    [
      "there is no CODEOWNERS",
      { codeOwners: undefined, owners: [] },
      /there is no CODEOWNERS file.*add a section `# \[Security\]`/,
    ],
    ["CODEOWNERS has no section for it", { owners: [] }, /\.github\/CODEOWNERS has none/],
    ["nobody is named, though somebody signed", { owners: [], files: signed() }, /nobody is named/],
    ["there is neither pull request nor file", { files: [] }, /no evidence/],
    ["who approved is no owner for it", { owners: ["@carla"] }, /approved by berta, but by none of its owners: @carla/],
    ["the owner of a named file did not", auth("@carla"), /auth\/session\.ts by none of @carla/],
    [
      "the owner is author of the pull request",
      { owners: ["@anna-dev"], files: pulls([pull({ opinions: [said({ by: "anna-dev" })] })]) },
      /wrote or committed/,
    ],
    [
      "the owners are a team of unknown people",
      { owners: ["@shop/security"] },
      /who is in @shop\/security is not said/,
    ],
    ["the signed review is of another commit", { files: signed({ commit: "2".repeat(40) }) }, /another commit/],
    ["it did not pass", { files: signed({ outcome: "failed" }) }, /did not let it pass/],
    ["a critical finding is left", { files: signed(finding("critical", false)) }, /Token in URL \(critical\)/],
    ["a high finding is left", { files: signed(finding("high", false)) }, /not mended/],
    [
      "it is signed by who had part in the release",
      { owners: ["anna@shop.example"], files: signed({ reviewer: "anna@shop.example" }) },
      /had part/,
    ],
    ["it is signed by nobody whom CODEOWNERS names", { files: signed({ reviewer: "@dora" }) }, /none of the owners/],
    ["it is signed by a look-alike of an owner", { files: signed({ reviewer: "@саrla" }) }, /none of the owners/],
    ["it is signed in the future", { files: signed({ at: "2026-03-05T10:00:00Z" }) }, /from the future/],
    ["it was signed long ago", { files: signed({ at: "2026-01-05T10:00:00Z" }) }, /more than 30 days ago/],
  ])("fails when %s", (_, over, reason) => {
    expect(verdictOf(securityReview, facts(over))).toMatchObject(failed(reason));
  });

  it.each(refusedFiles)("fails when the review's file %s", (_, over, reason) => {
    expect(verdictOf(securityReview, facts({ files: [{ ...signed()[0], ...over }] }))).toMatchObject(failed(reason));
  });
});

describe("code/documentation", () => {
  const facts = (over: object = {}, entry: object = {}) => ({
    changelog: { file: "CHANGELOG.md", state: "entry", heading: "[1.2.3]", lines: 3, ...entry },
    since: "v1.2.2",
    docs: [{ file: "docs/coupons.md", state: "changed" }],
    ...over,
  });
  it("passes with an entry and changed documentation, or a reason why there is none", () => {
    expect(verdictOf(documentation, facts())).toMatchObject({
      verdict: "pass",
      reason: 'CHANGELOG.md has "[1.2.3]" with 3 lines; changed: docs/coupons.md',
    });
    expect(verdictOf(documentation, facts({ docs: [], reason: "only internals" })).reason).toMatch(
      /touched: only internals$/,
    );
  });
  it.each<[string, object, RegExp]>([
    ["there is no changelog", facts({}, { state: "missing" }), /no CHANGELOG\.md in the released commit/],
    ["it has no entry of the version", facts({}, { state: "no entry" }), /no entry of v1\.2\.3/],
    ["the entry says nothing", facts({}, { lines: 0 }), /says nothing/],
    [
      "documentation was not changed",
      facts({ docs: [{ file: "docs/a.md", state: "unchanged" }] }),
      /docs\/a\.md was not changed since v1\.2\.2/,
    ],
    [
      "documentation is not there",
      facts({ docs: [{ file: "docs/a.md", state: "missing" }] }),
      /not in the released commit/,
    ],
    [
      "an unchanged file stands beside a reason",
      facts({ docs: [{ file: "docs/a.md", state: "unchanged" }], reason: "none needed" }),
      /not changed/,
    ],
    ["no documentation is named and no reason given", facts({ docs: [] }), /names no documentation/],
    ["the reason is no word", facts({ docs: [], reason: "-" }), /names no documentation/],
    ["nothing was gathered", { problem: "the manifest names no commit" }, /names no commit/],
  ])("fails when %s", (_, own, reason) => {
    expect(verdictOf(documentation, own)).toMatchObject(failed(reason));
  });
});
