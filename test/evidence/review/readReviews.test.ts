import { describe, expect, it } from "vitest";
import { z } from "zod";
import { coAuthorsIn, readReviews, readSecurityReview } from "../../../release/evidence/review/readReviews.ts";
import { pullSummary, signedReview, teamMembers } from "../../../release/evidence/review/reviewSummary.ts";
import { holdsToItsShape, sample, sampleJson } from "../readers.ts";

const read = (value: unknown) => readReviews(Buffer.from(JSON.stringify(value)));
const answer = () => sampleJson("github/pull-7.json");

describe("reviews of a pull request, as GitHub's API gives them", () => {
  it("are read with head, base, and everybody who had part in it", () => {
    const { pulls, teams } = readReviews(sample("github/pull-7.json"));
    expect(pulls).toHaveLength(1);
    expect(pulls[0]).toMatchObject({ number: 7, state: "open", draft: false, head: answer().pull.head.sha });
    expect(pulls[0]?.people).toEqual([
      "anna-dev",
      "Anna Ahrens",
      "anna@shop.example",
      "Dora Dietz",
      "dora@shop.example",
      "emil",
      "Emil Ernst",
      "emil@shop.example",
    ]);
    expect(teams).toEqual([{ team: "shop/security", members: ["carla", "berta"] }]);
  });

  it("count by each person's latest; a comment takes nothing back", () => {
    const own = answer();
    own.reviews.push({ ...own.reviews[2], id: 9, state: "COMMENTED", submitted_at: "2026-03-03T11:00:00Z" });
    const [pull] = read(own).pulls;
    expect(pull?.opinions.map((it) => [it.by, it.says, it.member])).toEqual([
      ["berta", "approved", true],
      ["passer-by", "approved", false],
    ]);
  });

  it("keep what stood before a review that was dismissed", () => {
    const own = answer();
    own.reviews[2].state = "DISMISSED";
    expect(read(own).pulls[0]?.opinions.map((it) => `${it.by} ${it.says}`)).toEqual([
      "berta changes requested",
      "berta dismissed",
      "passer-by approved",
    ]);
  });

  it("tell a program from a person", () => {
    const own = answer();
    own.reviews[2].user.type = "Bot";
    expect(read(own).pulls[0]?.opinions.find((it) => it.by === "berta")?.bot).toBe(true);
  });

  it("may be several pull requests in one file, and pages of lists", () => {
    const own = answer();
    const paged = { ...own, reviews: [own.reviews.slice(0, 2), own.reviews.slice(2)], commits: [own.commits] };
    expect(read([own, { ...paged, pull: { ...own.pull, number: 8 } }]).pulls.map((it) => it.number)).toEqual([7, 8]);
    expect(read(paged)).toEqual(read(own));
  });

  it("know the merge that a merged one became, and none of an open one", () => {
    const own = answer();
    expect(read(own).pulls[0]?.mergeCommit).toBeUndefined();
    const merged = { ...own, pull: { ...own.pull, state: "closed", merged: true } };
    expect(read(merged).pulls[0]).toMatchObject({ state: "merged", mergeCommit: "e".repeat(40) });
    const closed = { ...own, pull: { ...own.pull, state: "closed" } };
    expect(read(closed).pulls[0]).toMatchObject({ state: "closed" });
  });

  it.each([
    [
      "a list of exactly one page",
      (own: ReturnType<typeof answer>) => (own.reviews = Array(30).fill(own.reviews[0])),
      /exactly 30 reviews/,
    ],
    [
      "a list of exactly one long page",
      (own: ReturnType<typeof answer>) => (own.reviews = Array(100).fill(own.reviews[0])),
      /--paginate/,
    ],
    [
      "fewer commits than the pull request has",
      (own: ReturnType<typeof answer>) => (own.pull.commits = 5),
      /2 of the 5 commits/,
    ],
    ["commits that do not end at its head", (own: ReturnType<typeof answer>) => own.commits.reverse(), /not the head/],
    ["no reviews", (own: ReturnType<typeof answer>) => delete own.reviews, /reviews: /],
    ["no pull request", (own: ReturnType<typeof answer>) => delete own.pull, /pull/],
    ["a head that is no commit", (own: ReturnType<typeof answer>) => (own.pull.head.sha = "main"), /pull\.head\.sha/],
    [
      "a review without its time",
      (own: ReturnType<typeof answer>) => (own.reviews[2].submitted_at = null),
      /without the time/,
    ],
    [
      "a review in a state that GitHub does not have",
      (own: ReturnType<typeof answer>) => (own.reviews[2].state = "FINE"),
      /state/,
    ],
    [
      "a review without the reviewer's standing",
      (own: ReturnType<typeof answer>) => delete own.reviews[2].author_association,
      /association/,
    ],
    [
      "an error instead of an answer",
      (own: ReturnType<typeof answer>) => (own.reviews = { message: "Not Found" }),
      /no list of reviews/,
    ],
    ["a team that is no name", (own: ReturnType<typeof answer>) => (own.teams = { security: [] }), /teams/],
  ])("are refused with %s", (_, change, reason) => {
    const own = answer();
    change(own);
    expect(() => read(own)).toThrow(reason);
  });

  it("of somebody whose account is gone count for nothing", () => {
    const own = answer();
    own.reviews[2].user = null;
    expect(read(own).pulls[0]?.opinions.map((it) => it.says)).toEqual(["changes requested", "approved"]);
  });
});

describe("co-authors", () => {
  it("are found wherever they stand in a message", () => {
    expect(coAuthorsIn("x\n\nCO-AUTHORED-BY: A B <a@b.example>\n\nmore\nco-authored-by:C <c@d.example>")).toEqual([
      "A B",
      "a@b.example",
      "C",
      "c@d.example",
    ]);
  });
});

describe("a security review in a file of its own", () => {
  const signed = {
    commit: "1".repeat(40),
    reviewer: "@carla",
    at: "2026-03-03T10:00:00Z",
    outcome: "passed",
    scope: "sessions and the new coupon codes",
  };
  const readSigned = (value: unknown) => readSecurityReview(Buffer.from(JSON.stringify(value)));

  it("is read as it is", () => {
    expect(readSigned(signed)).toEqual({ signed: { ...signed, findings: [] } });
  });
  it("may be reviews of a pull request as well", () => {
    expect(readSecurityReview(sample("github/pull-7.json"))).toMatchObject({ pulls: [{ number: 7 }] });
  });
  it.each([
    ["without an outcome", { outcome: undefined }],
    ["with another outcome", { outcome: "fine" }],
    ["without a scope", { scope: "" }],
    ["with a shortened commit", { commit: "1234567" }],
    ["without a time", { at: "yesterday" }],
    ["with a key that is not known", { approved: true }],
    ["with a finding of no severity", { findings: [{ title: "x", mended: true }] }],
  ])("is refused %s", (_, over) => {
    expect(() => readSigned({ ...signed, ...over })).toThrow(/it is not as a security review/);
  });
});

describe("the reader of reviews", () => {
  const read = z.strictObject({
    pulls: z.array(pullSummary.extend({ commits: z.array(z.string()).optional() })),
    teams: z.array(teamMembers),
  });
  holdsToItsShape(readSecurityReview, z.union([read, z.strictObject({ signed: signedReview })]), [
    "github/pull-7.json",
  ]);
});
