import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { completeAnnouncement, rollbackAnnouncement, startAnnouncement } from "../../release/announcement.ts";
import { environmentNames, other, servesAll, weightsFault, weightsFor } from "../../release/environment.ts";
import { schedule } from "../../release/schedule.ts";
import { isSuccess, type SuccessFacts, successCriteria } from "../../release/success.ts";
import { nearest } from "../../release/suggestion.ts";
import type { LookName, Reason, Verdict } from "../../release/verdict.ts";

describe("announcements have the seed's form", () => {
  it("at the start", () => {
    expect(startAnnouncement({ version: "v1.2.3", features: ["Feature A", "Bug fixes"], eta: 1_800_000 })).toBe(
      "🚀 Deploying v1.2.3 to production\nFeatures:\n- Feature A\n- Bug fixes\n\nETA: 30 minutes",
    );
  });

  it("when it is complete", () => {
    expect(completeAnnouncement({ version: "v1.2.3", health: { healthy: 6, of: 6 }, monitoring: 3_600_000 })).toBe(
      "✅ v1.2.3 deployed successfully\nAll health checks pass.\nMonitoring for next hour.",
    );
  });

  it("at a rollback", () => {
    expect(rollbackAnnouncement({ to: "v1.2.2", reason: "error rate 4.9 %", eta: 600_000 })).toBe(
      "⚠️ Rolling back to v1.2.2\nReason: error rate 4.9 %\nETA: 10 minutes",
    );
  });

  it("and never claim health that was not read", () => {
    for (const health of [
      { healthy: 5, of: 6 },
      { healthy: 0, of: 0 },
    ]) {
      const text = completeAnnouncement({ version: "v1", health, monitoring: 0 });
      expect(text).not.toMatch(/success|All health/);
    }
  });

  it("keep a reason on its line", () => {
    expect(rollbackAnnouncement({ to: "v1", reason: "a\nETA: now", eta: 1_000 }).split("\n")).toHaveLength(3);
  });
});

describe("the success criteria", () => {
  const reason = (look: LookName, outcome: Reason["outcome"] = "ok"): Reason => ({
    look,
    outcome,
    value: 0,
    threshold: 0,
    samples: 1,
    since: 0,
    sentence: `${look} ${outcome}`,
  });
  const verdict = (...reasons: Reason[]): Verdict => ({ verdict: "go", at: 0, after: 0, reasons, sentence: "Go." });
  const all: SuccessFacts = {
    verdict: verdict(reason("errors"), reason("latency"), reason("health"), reason("smoke")),
    alerts: [],
    announced: [
      { kind: "start", to: ["team"] },
      { kind: "complete", to: ["team"] },
    ],
    documentation: { updated: true, detail: "CHANGELOG.md names v2" },
  };

  it("are eight, and all met by a release that went well", () => {
    expect(successCriteria(all).map(({ verdict: word }) => word)).toEqual(Array(8).fill("met"));
    expect(isSuccess(successCriteria(all))).toBe(true);
  });

  it("are unknown, never met, about what was not looked at", () => {
    expect(successCriteria({}).map(({ verdict: word }) => word)).toEqual(Array(8).fill("unknown"));
    expect(isSuccess(successCriteria({}))).toBe(false);
    expect(isSuccess([])).toBe(false);
  });

  it.each<[string, SuccessFacts]>([
    [
      "error-rates",
      { ...all, verdict: verdict(reason("errors", "breach"), reason("latency"), reason("health"), reason("smoke")) },
    ],
    ["health-checks", { ...all, verdict: verdict(reason("errors"), reason("latency"), reason("smoke")) }],
    ["no-critical-alerts", { ...all, alerts: ["api 5xx"] }],
    [
      "stakeholders-notified",
      {
        ...all,
        announced: [
          { kind: "start", to: ["team"] },
          { kind: "complete", to: [] },
        ],
      },
    ],
    ["documentation-updated", { ...all, documentation: { updated: false, detail: "no entry" } }],
    ["error-rates", { ...all, verdict: verdict(...(all.verdict?.reasons ?? []), reason("data", "unknown")) }],
  ])("%s alone keeps it from being a success", (id, facts) => {
    const criteria = successCriteria(facts);
    expect(criteria.find((criterion) => criterion.id === id)?.verdict).not.toBe("met");
    expect(isSuccess(criteria)).toBe(false);
  });
});

describe("environments and weights", () => {
  it("of one side live are all or nothing", () => {
    for (const name of environmentNames) {
      expect(weightsFault(weightsFor(name))).toBeUndefined();
      expect(servesAll(weightsFor(name))).toBe(name);
      expect(other(other(name))).toBe(name);
    }
    expect(servesAll({ blue: 90, green: 10 })).toBeUndefined();
  });

  it("are whole numbers that sum to 100", () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), (blue, green) => {
        const fault = weightsFault({ blue, green });
        expect(fault === undefined).toBe(
          Number.isInteger(blue) && Number.isInteger(green) && blue >= 0 && green >= 0 && blue + green === 100,
        );
      }),
    );
    expect(weightsFault({ blue: 60, green: 60 })).toMatch(/sum to 120/);
  });
});

describe("the schedule", () => {
  it("goes from T-60 to T+60 and says of each phase how it is undone", () => {
    expect([...new Set(schedule.map(({ at }) => at))]).toEqual(["T-60", "T-30", "T-0", "T+30", "T+60"]);
    for (const phase of schedule) expect(phase.undoneBy).not.toBe("");
  });
});

describe("a suggestion", () => {
  it("is the nearest known word, or none", () => {
    expect(nearest("enviroment", ["environment", "version"])).toBe("environment");
    expect(nearest("vesrion", ["environment", "version"])).toBe("version");
    expect(nearest("banana", ["environment", "version"])).toBeUndefined();
    expect(nearest("x".repeat(1_000), ["x"])).toBeUndefined();
  });
});
