import { describe, expect, it } from "vitest";
import { onCall } from "../../../release/checklist/items/communication/onCall.ts";
import { file, refusedFiles, verdictOf } from "../judgedItem.ts";

const hours = 3_600_000;
const shift = (from: string, until: string, who = "Nora") => ({
  who,
  from: `2026-03-04T${from}:00Z`,
  until: `2026-03-04T${until}:00Z`,
});
const schedule = (shifts: object[], asked: string[] = []) => [file({ tool: "PagerDuty", shifts, asked })];
const facts = (files: object[], named?: object) => ({
  files,
  durationMs: 2 * hours,
  ...(named === undefined ? {} : { named }),
});
const nora = (acknowledgedAt?: string) => ({
  name: "Nora",
  ...(acknowledgedAt === undefined ? {} : { acknowledgedAt }),
});
const yesterday = "2026-03-03T12:00:00Z";

describe("communication/on-call", () => {
  it.each<[string, object, RegExp]>([
    [
      "one shift takes all of the plan",
      facts(schedule([shift("08:00", "16:00")])),
      /^Nora now, and somebody until 2026-03-04T14:00/,
    ],
    [
      "one shift follows the other",
      facts(schedule([shift("13:00", "20:00", "Otto"), shift("08:00", "13:00")])),
      /^Nora now/,
    ],
    [
      "the next shift is in another file",
      facts([...schedule([shift("08:00", "13:00")]), ...schedule([shift("13:00", "20:00")])]),
      /^Nora now/,
    ],
    ["whom the manifest names acknowledged", facts([], nora(yesterday)), /^Nora acknowledged at 2026-03-03/],
    [
      "who is on call without an end acknowledged",
      facts(schedule([], ["nora"]), nora(yesterday)),
      /^Nora is on call, and acknowledged/,
    ],
  ])("passes when %s", (_, own, reason) => {
    expect(verdictOf(onCall, own)).toMatchObject({ verdict: "pass", reason: expect.stringMatching(reason) });
  });
  it.each<[string, object, RegExp]>([
    ["there is nothing", facts([]), /names nobody who is on call/],
    ["who is named has not acknowledged", facts([], nora()), /has not acknowledged/],
    ["the acknowledgement is from the future", facts([], nora("2026-03-04T13:00:00Z")), /from the future/],
    ["the acknowledgement is older than a week", facts([], nora("2026-02-20T12:00:00Z")), /at most 168 h/],
    ["nobody is on call now", facts(schedule([shift("13:00", "20:00")])), /nobody is on call now/],
    [
      "the shift ends before the plan",
      facts(schedule([shift("08:00", "13:00")])),
      /nobody is on call from 2026-03-04T13:00/,
    ],
    [
      "shifts leave a gap",
      facts(schedule([shift("08:00", "13:00"), shift("13:01", "20:00")])),
      /from 2026-03-04T13:00/,
    ],
    ["a shift ends just now", facts(schedule([shift("08:00", "12:00")])), /nobody is on call now/],
    ["the schedule is empty", facts(schedule([])), /by the schedule nobody is on call/],
    ["the answer does not say until when", facts(schedule([], ["nora"])), /does not say until when/],
    [
      "somebody else acknowledged",
      facts(schedule([], ["nora"]), { name: "Otto", acknowledgedAt: yesterday }),
      /does not say until when/,
    ],
    [
      "who is on call without an end has not acknowledged",
      facts(schedule([], ["nora"]), nora()),
      /has not acknowledged/,
    ],
    [
      "the schedule has a gap, though somebody acknowledged",
      facts(schedule([shift("13:00", "20:00")]), nora(yesterday)),
      /nobody is on call now/,
    ],
  ])("fails when %s", (_, own, reason) => {
    expect(verdictOf(onCall, own)).toMatchObject({ verdict: "fail", reason: expect.stringMatching(reason) });
  });
  it.each(refusedFiles)("fails when the schedule's file %s", (_, over, reason) => {
    const own = facts([file({ tool: "PagerDuty", shifts: [shift("08:00", "16:00")], asked: [] }, over)]);
    expect(verdictOf(onCall, own)).toMatchObject({ verdict: "fail", reason: expect.stringMatching(reason) });
  });
});
