import { describe, expect, it } from "vitest";
import { stakeholdersInformed } from "../../../release/checklist/items/communication/stakeholders.ts";
import { statusPageUpdated } from "../../../release/checklist/items/communication/statusPage.ts";
import { teamNotified } from "../../../release/checklist/items/communication/team.ts";
import { verdictOf } from "../judgedItem.ts";
import { announcementFacts, delivery, journalFacts, maintenance, record } from "./announced.ts";

type Row = readonly [name: string, facts: object, reason: RegExp];
const passes = (reason: RegExp) => ({ verdict: "pass", reason: expect.stringMatching(reason) });
const fails = (reason: RegExp) => ({ verdict: "fail", reason: expect.stringMatching(reason) });

describe.each([
  ["team", teamNotified],
  ["stakeholders", stakeholdersInformed],
] as const)("communication/%s", (kind, item) => {
  it.each<Row>([
    ["one of those whom the manifest names got it", announcementFacts(["#shop"]), /^ann told #shop 60 min ago$/],
    ["the manifest names the channel", announcementFacts(["deploys"]), /^ann told deploys/],
    ["the manifest writes the room without its sign, and in capitals", announcementFacts(["SHOP"]), /^ann told SHOP/],
    [
      "all of several got it",
      announcementFacts(["#shop", "sales"], [delivery(), delivery({ to: "sales" })]),
      /#shop, sales/,
    ],
    ["one of several got it, and the other is named", announcementFacts(["#shop", "sales"]), /; not sales$/],
    [
      "one of several did not get it",
      announcementFacts(["#shop", "sales"], [delivery({ to: "sales", ok: false, status: 503 }), delivery()]),
      /^ann told #shop/,
    ],
    ["it was six days ago", announcementFacts(["#shop"], [delivery(-6 * 24 * 60)]), /^ann told #shop 6 d|144 h/],
    ["the deployment began after it", announcementFacts(["#shop"], [delivery()], "2026-03-04T11:30:00Z"), /^ann told/],
    ["clocks differ by a minute", announcementFacts(["#shop"], [delivery(1)]), /^ann told #shop/],
  ])("passes when %s", (_, facts, reason) => {
    expect(verdictOf(item, facts)).toMatchObject(passes(reason));
  });

  it.each<Row>([
    ["the manifest names nobody", announcementFacts([]), new RegExp(`names nobody in communication\\.${kind}`)],
    ["nothing was announced", announcementFacts(["#shop"], []), new RegExp(`no announcement of kind ${kind} for v1`)],
    ["only somebody else got it", announcementFacts(["#other"]), /it reached #shop, but none of #other/],
    ["a name is only the beginning of the room's", announcementFacts(["#sho"]), /none of #sho/],
    ["a name is spelt with a look-alike letter", announcementFacts(["#ѕhop"]), /none of #ѕhop/],
    [
      "the only channel failed",
      announcementFacts(["#shop"], [delivery({ ok: false, status: 503, response: "busy" })]),
      /^#shop did not get it: 503 busy$/,
    ],
    [
      "the only channel never answered",
      announcementFacts(["#shop"], [delivery({ ok: false, response: "no answer within 10 s" })]),
      /^#shop did not get it: no answer within 10 s$/,
    ],
    [
      "it is of another version",
      announcementFacts(["#shop"], [delivery({ version: "v1.2.2" })]),
      /to #shop is of v1\.2\.2/,
    ],
    [
      "it is of a version with a look-alike",
      announcementFacts(["#shop"], [delivery({ version: "ѵ1.2.3" })]),
      /is of ѵ1/,
    ],
    ["it is eight days old", announcementFacts(["#shop"], [delivery(-8 * 24 * 60)]), /old; at most/],
    ["it is from the future", announcementFacts(["#shop"], [delivery(30)]), /is from the future/],
    [
      "its record is from the future",
      announcementFacts(["#shop"], [delivery({ recordedAt: "2026-03-04T12:30:00Z" })]),
      /is from the future/,
    ],
    [
      "it was sent after the deployment began",
      announcementFacts(["#shop"], [delivery()], "2026-03-04T10:30:00Z"),
      /after the deployment began at 2026-03-04T10:30/,
    ],
    [
      "its answer is from before its record",
      announcementFacts(["#shop"], [delivery({ at: "2026-03-04T09:00:00Z" })]),
      /is said to be from 2026-03-04T09:00:00Z, its record is from/,
    ],
    [
      "its answer is from after its record",
      announcementFacts(["#shop"], [delivery({ at: "2026-03-04T11:30:00Z" })]),
      /is said to be from/,
    ],
    [
      "its record is earlier than the one before it",
      announcementFacts(["#shop"], [delivery({ previousAt: "2026-03-04T11:30:00Z" })]),
      /earlier than the record before it/,
    ],
    ["a delivery says no time", announcementFacts(["#shop"], [delivery({ at: undefined })]), /facts are not what they/],
    [
      "a time has no zone",
      announcementFacts(["#shop"], [delivery({ at: "2026-03-04T11:00" })]),
      /facts are not what they/,
    ],
    ["a delivery has a key of its own", announcementFacts(["#shop"], [delivery({ seen: true })]), /facts are not what/],
    [
      "there are more deliveries than are judged",
      announcementFacts(["#shop"], Array(101).fill(delivery())),
      /facts are not/,
    ],
    ["recipients are no list", { ...announcementFacts([]), recipients: "#shop" }, /facts are not what they/],
  ])("fails when %s", (_, facts, reason) => {
    expect(verdictOf(item, facts)).toMatchObject(fails(reason));
  });

  it("fails without facts", () => {
    expect(verdictOf(item, {}, { items: {} })).toMatchObject(fails(/nothing is known/));
  });
});

describe("communication/status-page", () => {
  const page = (deliveries: object[] = [delivery({ to: "page" })], over: object = {}) => ({
    downtime: maintenance,
    deliveries,
    outdated: [],
    ...over,
  });
  it("is not applicable without planned downtime, whatever was announced", () => {
    expect(verdictOf(statusPageUpdated, page(undefined, { downtime: undefined }))).toMatchObject({
      verdict: "not applicable",
      reason: "the manifest plans no downtime",
    });
  });

  it.each<Row>([
    ["the page has the maintenance", page(), /^page has the maintenance from 2026-03-04T14:00:00Z to .* since 60 min$/],
    [
      "one page of two has it",
      page([delivery({ to: "other", ok: false, response: "refused" }), delivery({ to: "page" })]),
      /^page has the maintenance/,
    ],
    [
      "one page of two has the times as they are now",
      page([delivery({ to: "old" }), delivery({ to: "page" })], { outdated: ["old"] }),
      /^page has the maintenance/,
    ],
  ])("passes when %s", (_, facts, reason) => {
    expect(verdictOf(statusPageUpdated, facts)).toMatchObject(passes(reason));
  });

  it.each<Row>([
    ["nothing was announced", page([]), /no maintenance announced for v1\.2\.3/],
    ["the page has other times", page(undefined, { outdated: ["page"] }), /^page has other times than the manifest's/],
    ["the page refused it", page([delivery({ to: "page", ok: false, status: 401, response: "no key" })]), /401 no key/],
    ["it is of another version", page([delivery({ to: "page", version: "v1.2.2" })]), /is of v1\.2\.2/],
    ["it is eight days old", page([delivery({ to: "page" }, -8 * 24 * 60)]), /old; at most/],
    ["it is from the future", page([delivery({ to: "page" }, 30)]), /from the future/],
    [
      "the deployment began before it",
      page(undefined, { begunAt: "2026-03-04T10:30:00Z" }),
      /after the deployment began/,
    ],
    ["a downtime has no end", page(undefined, { downtime: { from: maintenance.from } }), /facts are not what they/],
    ["outdated pages are not told", page(undefined, { outdated: undefined }), /facts are not what they/],
  ])("fails when %s", (_, facts, reason) => {
    expect(verdictOf(statusPageUpdated, facts)).toMatchObject(fails(reason));
  });
});

describe("what the journal has", () => {
  const begin = (at: string) => [
    record({ type: "release-started", at, manifestDigest: "d" }),
    record({ type: "phase-started", at, phase: "deploy" }),
  ];
  const sent = (at: string, over: object = {}) => record({ type: "announcement", kind: "team", at, ...over });
  it.each<[string, Parameters<typeof journalFacts>[0], ReturnType<typeof passes>]>([
    ["passes by the last announcement that arrived", [sent("2026-03-04T11:00:00Z")], passes(/^ann told #shop/)],
    [
      "passes though a later one did not arrive",
      [sent("2026-03-04T11:00:00Z"), sent("2026-03-04T11:10:00Z", { ok: false })],
      passes(/^ann told #shop/),
    ],
    [
      "passes though it was sent again during the deployment",
      [sent("2026-03-04T11:00:00Z"), ...begin("2026-03-04T11:10:00Z"), sent("2026-03-04T11:20:00Z")],
      passes(/^ann told #shop/),
    ],
    [
      "fails when it was sent only during the deployment",
      [...begin("2026-03-04T11:10:00Z"), sent("2026-03-04T11:20:00Z")],
      fails(/after the deployment began/),
    ],
    ["fails for one of another kind", [sent("2026-03-04T11:00:00Z", { kind: "brief" })], fails(/no announcement/)],
    [
      "fails for one of another version, and names that",
      [sent("2026-03-04T11:00:00Z", { version: "v1.2.2" })],
      fails(/is of v1\.2\.2/),
    ],
    [
      "fails for one that was shown to nobody but who ran it",
      [sent("2026-03-04T11:00:00Z", { results: undefined })],
      fails(/no announcement/),
    ],
  ])("%s", async (_, journal, verdict) => {
    expect(verdictOf(teamNotified, await journalFacts(journal))).toMatchObject(verdict);
  });
});
