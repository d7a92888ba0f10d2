import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readOnCall } from "../../../release/evidence/onCall/readOnCall.ts";
import { gapIn, onCallAt, onCallSummary } from "../../../release/evidence/onCall/shifts.ts";
import { holdsToItsShape, sample, sampleJson } from "../readers.ts";

const read = (value: unknown) => readOnCall(Buffer.from(JSON.stringify(value)));
const hour = 3_600_000;
const noon = Date.parse("2026-03-04T12:00:00Z");

describe("who is on call", () => {
  it("by PagerDuty is who is called first, not who is called after", () => {
    expect(readOnCall(sample("pagerduty/oncalls.json"))).toEqual({
      tool: "PagerDuty",
      shifts: [
        { who: "Nora Nagel", from: "2026-03-04T08:00:00Z", until: "2026-03-04T16:00:00Z" },
        { who: "Otto Olsen", from: "2026-03-04T16:00:00Z", until: "2026-03-05T00:00:00Z" },
      ],
      asked: [],
    });
  });
  it("by PagerDuty may be so for ever", () => {
    const own = sampleJson("pagerduty/oncalls.json");
    own.oncalls[2].escalation_level = 1;
    expect(read(own).shifts).toContainEqual({ who: "Paula Pohl" });
  });
  it("by Opsgenie's timeline has beginnings and ends", () => {
    expect(readOnCall(sample("opsgenie/timeline.json")).shifts.map((it) => it.who)).toEqual([
      "nora@shop.example",
      "otto@shop.example",
    ]);
  });
  it("by Opsgenie may be behind a team", () => {
    const own = sampleJson("opsgenie/timeline.json");
    const [period] = own.data.finalTimeline.rotations[0].periods;
    period.recipient = { type: "team", id: "t", name: "Shop" };
    expect(read(own).shifts).toHaveLength(1);
    period.flattenedRecipients = [{ type: "user", id: "u", name: "paula@shop.example" }];
    expect(read(own).shifts[0]?.who).toBe("paula@shop.example");
  });
  it.each(["opsgenie/on-calls.json", "opsgenie/on-calls-flat.json"])("by %s is known, but not until when", (path) => {
    expect(readOnCall(sample(path))).toEqual({ tool: "Opsgenie", shifts: [], asked: ["nora@shop.example"] });
  });
  it.each<[string, unknown, RegExp]>([
    ["another answer", { users: [] }, /no answer about who is on call/],
    ["an error", { error: { message: "Invalid token" } }, /no answer/],
    [
      "a schedule that is switched off",
      { data: { _parent: { enabled: false }, onCallRecipients: ["a"] } },
      /switched off/,
    ],
    ["an answer that names nobody at all", { data: { _parent: {} } }, /does not say who/],
    [
      "a shift that ends before it begins",
      {
        oncalls: [
          { escalation_level: 1, user: { summary: "N" }, start: "2026-03-04T08:00:00Z", end: "2026-03-03T08:00:00Z" },
        ],
      },
      /ends before it begins/,
    ],
    [
      "a time without a zone",
      { oncalls: [{ escalation_level: 1, user: {}, start: "2026-03-04T08:00:00", end: null }] },
      /start/,
    ],
    [
      "too many shifts",
      { oncalls: Array(300).fill({ escalation_level: 1, user: { summary: "N" }, start: null, end: null }) },
      /more than 200 shifts/,
    ],
  ])("is not taken from %s", (_, value, reason) => {
    expect(() => read(value)).toThrow(reason);
  });

  holdsToItsShape(readOnCall, onCallSummary, [
    "pagerduty/oncalls.json",
    "opsgenie/timeline.json",
    "opsgenie/on-calls.json",
    "opsgenie/on-calls-flat.json",
  ]);
});

describe("a time without anybody on call", () => {
  const at = (from: number | undefined, until: number | undefined, who = "N") => ({
    who,
    ...(from === undefined ? {} : { from: new Date(noon + from * hour).toISOString() }),
    ...(until === undefined ? {} : { until: new Date(noon + until * hour).toISOString() }),
  });
  it.each<[string, ReturnType<typeof at>[], number | undefined]>([
    ["is none within one shift", [at(-1, 3)], undefined],
    ["is none where one shift follows another", [at(1, 3), at(-1, 1)], undefined],
    ["is none where shifts overlap", [at(-1, 1.5), at(1, 3)], undefined],
    ["is none with somebody for ever", [at(undefined, undefined)], undefined],
    ["begins now when nobody is", [], 0],
    ["begins now when everybody is done", [at(-5, -1)], 0],
    ["begins now when the first comes later", [at(1, 3)], 0],
    ["begins where a shift ends with none after it", [at(-1, 1)], 1],
    ["begins between two shifts", [at(-1, 1), at(1.5, 3)], 1],
  ])("%s", (_, shifts, gap) => {
    expect(gapIn(shifts, noon, noon + 2 * hour)).toBe(gap === undefined ? undefined : noon + gap * hour);
  });
  it("is never where somebody is on call at each moment", () => {
    const shift = fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(fc.array(shift, { maxLength: 8 }), (list) => {
        const shifts = list.map(([from, length]) => at(from, from + length));
        const free = [0, 0.5, 1, 1.5].map((it) => noon + it * hour).find((it) => onCallAt(shifts, it).length === 0);
        expect(gapIn(shifts, noon, noon + 2 * hour) === undefined).toBe(free === undefined);
      }),
    );
  });
});
