import fc from "fast-check";
import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import type { EnvironmentLook, Event } from "../../cli/reporter.ts";
import { bar } from "../../cli/terminal/bar.ts";
import { applyEvent, type DisplayState, startDisplay } from "../../cli/terminal/displayState.ts";
import { PlainLog } from "../../cli/terminal/plainLog.ts";
import { oneLine, printable, shorten, widthOf, wrap } from "../../cli/terminal/printable.ts";
import { renderDisplay } from "../../cli/terminal/renderDisplay.ts";
import { plainStyle } from "../../cli/terminal/style.ts";
import type { Phase } from "../../release/schedule.ts";
import { schedule } from "../../release/schedule.ts";
import type { Reason, Verdict } from "../../release/verdict.ts";

const start = Date.UTC(2026, 0, 5, 14, 0, 0);

const reason = (look: Reason["look"], value: number, threshold: number): Reason => ({
  look,
  outcome: "ok",
  value,
  threshold,
  samples: 100,
  since: start,
  sentence: "",
});
const verdict = (word: Verdict["verdict"], sentence: string): Verdict => ({
  verdict: word,
  at: start,
  after: 0,
  reasons: [reason("errors", 0.001, 0.01), reason("latency", 20, 2000)],
  sentence,
});
const blue: EnvironmentLook = {
  environment: "blue",
  version: "v1.0.0",
  healthy: 2,
  of: 2,
  share: 0,
  requestsPerSecond: undefined,
  errorRate: undefined,
  p95Ms: undefined,
};
const green: EnvironmentLook = {
  environment: "green",
  version: "v1.1.0",
  healthy: 4,
  of: 4,
  share: 100,
  requestsPerSecond: 1512,
  errorRate: 0.0012,
  p95Ms: 1000,
};
const look = (word: Verdict["verdict"], remainingMs: number, environments = [blue, green]): Event => ({
  kind: "look",
  verdict: verdict(word, `${word} so far.`),
  remainingMs,
  environments,
});

const watching: readonly (readonly [afterMs: number, event: Event])[] = [
  [0, { kind: "phase-started", phase: "checks", at: "T-60", title: "Pre-deployment" }],
  [1_200, { kind: "phase-done", phase: "checks", tookMs: 1_200 }],
  [1_200, { kind: "phase-skipped", phase: "announce", reason: "nobody to tell" }],
  [2_000, { kind: "phase-started", phase: "watch", at: "T+30", title: "Watch" }],
  [2_000, { kind: "step", text: "watching green v1.1.0" }],
  [10_000, look("undecided", 22_000)],
];

function played(events: typeof watching, phases: readonly Phase[] = schedule): DisplayState {
  return events.reduce(
    (state, [afterMs, event]) => applyEvent(state, event, start + afterMs),
    startDisplay("greenlight release v1.1.0", start, phases),
  );
}
const shown = (state: DisplayState, columns: number, afterMs = 10_000): string[] =>
  renderDisplay(state, { columns, now: start + afterMs, style: plainStyle });

describe("the live display", () => {
  it("shows phases with their time, what is left, both environments, thresholds, the verdict and the way out", () => {
    const text = shown(played(watching), 80).join("\n");
    expect(text).toMatch(/^greenlight release v1\.1\.0 +10 s$/m);
    expect(text).toMatch(/^✓ T-60 {2}Pre-deployment +1\.2 s$/m);
    expect(text).toMatch(/^– .* +skipped\n +nobody to tell$/m);
    expect(text).toMatch(/^● T\+30 {2}Watch +8 s, 22 s left$/m);
    expect(text).toMatch(/^· T\+60 /m);
    expect(text).toContain("→ watching green v1.1.0");
    expect(text).toMatch(/^ +blue v1\.0\.0 +green v1\.1\.0$/m);
    expect(text).toMatch(/^healthy +2 of 2 +4 of 4$/m);
    expect(text).toMatch(/^traffic +░{8} 0 % +█{8} 100 %$/m);
    expect(text).toMatch(/^requests +– +1,512 \/ s$/m);
    expect(text).toMatch(/^errors +– +0\.12 % \(limit 1 %\)$/m);
    expect(text).toMatch(/^P95 +– +█{5}░{5} 1 s of 2 s$/m);
    expect(text).toContain("undecided so far.");
    expect(text).toContain("Ctrl-C");
    expect(text).toContain("greenlight rollback");
  });

  it("puts the environments below each other and drops the bars where there is no room", () => {
    const text = shown(played(watching), 50).join("\n");
    expect(text).toMatch(/^blue v1\.0\.0: 0 %, 2\/2 healthy$/m);
    expect(text).toMatch(/^green v1\.1\.0: 100 %, 4\/4 healthy/m);
    expect(text).not.toContain("█");
  });

  it("never is wider than the terminal, whatever is told", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 300 });
    const event: fc.Arbitrary<Event> = fc.oneof(
      text.map((title): Event => ({ kind: "phase-started", phase: "deploy", at: "T-0", title })),
      text.map((it): Event => ({ kind: "phase-failed", phase: "deploy", reason: it })),
      text.map((it): Event => ({ kind: "step", text: it })),
      text.map((it): Event => ({ kind: "warning", text: it })),
      text.map(
        (name): Event => ({ kind: "resource", name, type: "greenlight:local:Proxy", operation: "create", done: false }),
      ),
      text.map(
        (it): Event => ({
          kind: "look",
          verdict: verdict("no-go", it),
          remainingMs: 5,
          environments: [{ ...blue, version: it }, green],
        }),
      ),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), fc.integer({ min: 20, max: 200 }), (events, columns) => {
        const lines = shown(played(events.map((it) => [0, it] as const)), columns);
        for (const line of lines) {
          expect(widthOf(line)).toBeLessThanOrEqual(columns);
          expect(line).not.toContain("\n");
        }
      }),
    );
  });

  it("marks what is beyond its threshold, and only that, in red", () => {
    const style = picocolors.createColors(true);
    const bad = { ...green, healthy: 3, errorRate: 0.049 };
    const lines = renderDisplay(played([[0, look("undecided", 0, [blue, bad])]], []), {
      columns: 80,
      now: start,
      style,
    });
    const red = lines.filter((line) => line.includes("\u001b[31m"));
    expect(red).toEqual([expect.stringContaining("3 of 4"), expect.stringContaining("4.9 %")]);
  });

  it("names the failed phase and why, and what is slow now", () => {
    const gate = {
      kind: "resource",
      name: "green-health",
      type: "greenlight:index:HealthGate",
      operation: "create",
    } as const;
    const state = played([
      [0, { kind: "phase-started", phase: "deploy", at: "T-0", title: "Deploy" }],
      [100, { ...gate, done: false }],
    ]);
    expect(shown(state, 80, 5_100).join("\n")).toContain("→ health gate green-health, 5 s");
    const failed = applyEvent(
      state,
      { kind: "phase-failed", phase: "deploy", reason: "1 of 2 healthy" },
      start + 6_000,
    );
    expect(shown(failed, 80).join("\n")).toMatch(/^✗ T-0 {3}Deploy +6 s\n {8}1 of 2 healthy$/m);
    expect(shown(failed, 80).join("\n")).not.toContain("health gate");
  });

  it("says that it is stopping once the person asked for it", () => {
    const text = shown({ ...played(watching), stopping: true }, 80).join("\n");
    expect(text).toContain("Stopping after this step; nothing is lost.");
  });
});

describe("the plain log", () => {
  const resource = (type: string, done: boolean, name = "it"): Event => ({
    kind: "resource",
    name,
    type: `greenlight:index:${type}`,
    operation: "create",
    done,
  });

  it("writes one timestamped line an event", () => {
    const log = new PlainLog();
    expect(log.lines({ kind: "step", text: "one\nof two" }, start)).toEqual(["2026-01-05T14:00:00Z one of two"]);
    const failed: Event = { kind: "phase-failed", phase: "deploy", reason: "no" };
    expect(log.lines(failed, start)).toEqual(["2026-01-05T14:00:00Z deploy FAILED: no"]);
  });

  it("tells begin and end of gates, snapshots, migrations and traffic", () => {
    for (const type of ["HealthGate", "SmokeGate", "BackupSnapshot", "DatabaseMigration", "Traffic"]) {
      const log = new PlainLog();
      expect(log.lines(resource(type, false), start)).toHaveLength(1);
      expect(log.lines(resource(type, true), start + 10)).toEqual([expect.stringContaining("done (0 s)")]);
    }
  });

  it("tells of other resources only when they take longer than a second", () => {
    const log = new PlainLog();
    expect(log.lines(resource("ServiceInstance", false, "quick"), start)).toEqual([]);
    expect(log.lines(resource("ServiceInstance", true, "quick"), start + 900)).toEqual([]);
    expect(log.lines(resource("ServiceInstance", false, "slow"), start)).toEqual([]);
    expect(log.due(start + 999)).toEqual([]);
    expect(log.due(start + 1_000)).toEqual([expect.stringContaining("instance slow (starting) …")]);
    expect(log.due(start + 2_000)).toEqual([]);
    expect(log.lines(resource("ServiceInstance", true, "slow"), start + 2_500)).toEqual([
      expect.stringContaining("instance slow (starting) done (2.5 s)"),
    ]);
  });

  it("names what was not finished when a phase fails", () => {
    const log = new PlainLog();
    log.lines(resource("ServiceInstance", false, "stuck"), start);
    const lines = log.lines({ kind: "phase-failed", phase: "deploy", reason: "no" }, start + 700);
    expect(lines[1]).toContain("not finished: instance stuck");
  });

  it("tells a look when its verdict changes, else every ten seconds", () => {
    const log = new PlainLog();
    const told = [0, 1, 2, 9, 10, 11].map((s) => log.lines(look("undecided", 60_000), start + s * 1000).length);
    expect(told).toEqual([1, 0, 0, 0, 1, 0]);
    expect(log.lines(look("no-go", 0), start + 12_000)).toEqual([expect.stringContaining("no-go so far.")]);
  });
});

describe("text from outside", () => {
  it("cannot move the cursor, colour, ring or turn the writing around", () => {
    expect(printable("\u0007a\u001b[2J\u001b[31mb\u001b[0m\rc\u202ed")).toBe("abcd");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    const forbidden = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !forbidden.test(printable(text))));
  });

  it("becomes one line where one line is asked for", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !oneLine(text).includes("\n")));
  });

  it("is cut and wrapped by columns, not letters", () => {
    expect(shorten("日本語です", 6)).toBe("日本…");
    expect(wrap("one two  three", 7)).toEqual(["one two", "three"]);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 80 }), (text, columns) => {
        expect(widthOf(shorten(text, columns))).toBeLessThanOrEqual(columns);
        for (const line of wrap(text, columns)) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe("a bar", () => {
  it("is as long as asked for and full at its limit and beyond", () => {
    expect(bar(0, 4)).toBe("░░░░");
    expect(bar(0.5, 4)).toBe("██░░");
    expect(bar(1, 4)).toBe("████");
    expect(bar(7, 4)).toBe("████");
    expect(bar(Number.NaN, 4)).toBe("░░░░");
    fc.assert(fc.property(fc.double(), fc.nat(50), (share, columns) => bar(share, columns).length === columns));
  });
});
