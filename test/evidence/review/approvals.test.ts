import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { approvalOf } from "../../../release/evidence/review/approvals.ts";
import { isOneOf, isOwner, unknownTeams } from "../../../release/evidence/review/people.ts";
import type { Opinion, PullSummary } from "../../../release/evidence/review/reviewSummary.ts";

const now = new Date("2026-03-04T12:00:00Z");
const head = "4".repeat(40);
const said = (over: Partial<Opinion> = {}): Opinion => ({
  by: "berta",
  says: "approved",
  commit: head,
  at: "2026-03-03T12:00:00Z",
  member: true,
  bot: false,
  ...over,
});
const pull = (opinions: Opinion[], over: Partial<PullSummary> = {}): PullSummary => ({
  number: 7,
  state: "open",
  draft: false,
  head,
  base: "3".repeat(40),
  people: ["anna-dev", "Anna Ahrens", "anna@shop.example", "Dora Dietz", "8+emil@users.noreply.github.com"],
  opinions,
  ...over,
});

describe("a pull request is approved", () => {
  it.each<[string, PullSummary]>([
    ["by somebody else, of its head", pull([said()])],
    ["when a comment of another person follows", pull([said(), said({ by: "carla", says: "dismissed" })])],
    [
      "when who asked for changes approves later",
      pull([said({ says: "changes requested", at: "2026-03-02T12:00:00Z" }), said()]),
    ],
    ["when it was merged since", pull([said()], { state: "merged", mergeCommit: "5".repeat(40) })],
    ["when another approval does not count", pull([said(), said({ by: "anna-dev" })])],
  ])("%s", (_, it) => {
    expect(approvalOf(it, now)).toEqual({ approvedBy: ["berta"] });
  });
});

describe("a pull request is not approved", () => {
  it.each<[string, PullSummary, RegExp]>([
    ["by nobody", pull([]), /#7 has no approval$/],
    ["by who opened it", pull([said({ by: "anna-dev" })]), /anna-dev wrote or committed part of it/],
    ["by a co-author", pull([said({ by: "doradietz" })]), /wrote or committed/],
    ["by a committer whom GitHub's own address names", pull([said({ by: "Emil" })]), /Emil wrote/],
    ["by the author under another letter case", pull([said({ by: "Anna-Dev" })]), /wrote or committed/],
    ["by the author under a look-alike", pull([said({ by: "аnna-dev" })]), /wrote or committed/],
    ["before the last push", pull([said({ commit: "2".repeat(40) })]), /approved 222222222222, before the last push/],
    ["of a commit that nobody names", pull([said({ commit: undefined })]), /does not say of which commit/],
    ["by a program", pull([said({ bot: true })]), /berta is a program/],
    ["by a passer-by", pull([said({ member: false })]), /does not belong to the repository/],
    ["in the future", pull([said({ at: "2026-03-04T13:00:00Z" })]), /from the future/],
    ["more than 30 days ago", pull([said({ at: "2026-02-01T12:00:00Z" })]), /744 h old; at most 720 h/],
    [
      "when the approval was dismissed",
      pull([said(), said({ says: "dismissed", at: "2026-03-04T10:00:00Z" })]),
      /no approval/,
    ],
    [
      "while changes are requested",
      pull([said(), said({ by: "carla", says: "changes requested" })]),
      /changes requested by carla/,
    ],
    [
      "while changes are requested by who approved before",
      pull([said({ at: "2026-03-01T12:00:00Z" }), said({ says: "changes requested" })]),
      /changes requested by berta/,
    ],
    [
      "when the approval after a request for changes was dismissed",
      pull([
        said({ says: "changes requested", at: "2026-03-01T12:00:00Z" }),
        said({ says: "dismissed", at: "2026-03-02T12:00:00Z" }),
      ]),
      /changes requested/,
    ],
    [
      "while a passer-by requests changes",
      pull([said(), said({ by: "carla", says: "changes requested", member: false })]),
      /changes requested by carla/,
    ],
    ["as a draft", pull([said()], { draft: true }), /is a draft/],
    ["when it was closed", pull([said()], { state: "closed" }), /closed without being merged/],
  ])("%s", (_, it, reason) => {
    const found = approvalOf(it, now);
    expect(found.approvedBy).toEqual([]);
    expect("refusal" in found ? found.refusal : "").toMatch(reason);
  });

  it("by whatever its people alone say, in any order", () => {
    const one = fc.record({
      by: fc.constantFrom("anna-dev", "ANNA-DEV", "doradietz", "emil"),
      says: fc.constantFrom("approved", "changes requested", "dismissed"),
      at: fc.constantFrom("2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z"),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), (all) => {
        expect(approvalOf(pull(all.map((it) => said(it as Partial<Opinion>))), now).approvedBy).toEqual([]);
      }),
    );
  });
});

describe("one person under two names", () => {
  it.each([
    ["anna", "Anna"],
    ["@anna", "anna"],
    ["anna.ahrens", "Anna Ahrens"],
    ["anna", "anna@shop.example"],
    ["anna@shop.example", "ANNA@shop.example"],
    ["anna", "1234+anna@users.noreply.github.com"],
    ["bеrtа", "berta"],
  ])("%s is %s", (a, b) => {
    expect(isOneOf(a, ["somebody", b])).toBe(true);
    expect(isOneOf(b, [a])).toBe(true);
  });
  it.each([
    ["anna", "annabel"],
    ["dev@anna.example", "dev@berta.example"],
    ["berta", "Anna Ahrens"],
  ])("%s is not %s", (a, b) => {
    expect(isOneOf(a, [b])).toBe(false);
  });
});

describe("an owner of CODEOWNERS", () => {
  const teams = [{ team: "shop/security", members: ["Carla"] }];
  it.each([
    ["carla", ["@Carla"]],
    ["carla", ["@other", "@shop/security"]],
    ["Docs@shop.example", ["docs@shop.example"]],
  ])("%s is one of %s", (name, owners) => {
    expect(isOwner(name, owners, teams)).toBe(true);
  });
  it.each([
    ["саrla", ["@carla"]],
    ["carla", ["@carla-2"]],
    ["berta", ["@shop/security"]],
    ["security", ["@shop/security"]],
    ["shop/security", ["@shop/other"]],
    ["carla", []],
  ])("%s is none of %s", (name, owners) => {
    expect(isOwner(name, owners, teams)).toBe(false);
  });
  it("may be a team of which nobody says who is in it", () => {
    expect(unknownTeams(["@a", "@shop/security", "@shop/ops"], teams)).toEqual(["@shop/ops"]);
  });
});
