import { describe, expect, it } from "vitest";
import { monitoring } from "../../../release/checklist/items/infrastructure/monitoring.ts";
import { rollback } from "../../../release/checklist/items/infrastructure/rollback.ts";
import { staging } from "../../../release/checklist/items/infrastructure/staging.ts";
import { stagingSmoke } from "../../../release/checklist/items/infrastructure/stagingSmoke.ts";
import type { RehearsalSummary } from "../../../release/evidence/drill/rehearsal.ts";
import type { RollbackSummary } from "../../../release/evidence/drill/rollback.ts";
import type { ReleasedSummary, StagingSummary } from "../../../release/evidence/staging/stagingSummary.ts";
import { file, refusedFiles, verdictOf } from "../judgedItem.ts";

const failed = (reason: RegExp) => ({ verdict: "fail", reason: expect.stringMatching(reason) });
const passed = (reason: RegExp) => ({ verdict: "pass", reason: expect.stringMatching(reason) });
const digest = "d".repeat(64);
const gate = (kind: "health" | "smoke", over: object = {}) => ({
  gate: kind,
  environment: "green" as const,
  version: "v1.2.3",
  at: "2026-03-03T10:00:00Z",
  ...over,
});
const state = (over: Partial<StagingSummary> = {}): StagingSummary => ({
  from: "export",
  at: "2026-03-03T10:01:00Z",
  live: "green",
  versions: { blue: "v1.2.2", green: "v1.2.3" },
  serving: { blue: 0, green: 100 },
  manifestDigest: digest,
  images: [],
  gates: [gate("health"), gate("smoke")],
  pending: 0,
  ...over,
});
const image = (letter: string) => `shop/api@sha256:${letter.repeat(64)}`;

describe("infrastructure/staging", () => {
  const facts = (own: StagingSummary, over: object = {}) => ({
    files: [file(own)],
    manifestDigest: digest,
    images: [],
    ...over,
  });
  const wanted = { images: [{ service: "api", image: image("a") }] };
  const outputs = { from: "outputs" as const, at: undefined, manifestDigest: undefined };

  it.each<[string, object]>([
    ["the version from the same manifest serves everybody, and its gates passed", facts(state())],
    ["the outputs show the gates", facts(state(outputs))],
    [
      "the same image runs there, from another registry",
      facts(state({ ...outputs, images: [{ service: "api", image: `mirror/${image("a")}` }] }), wanted),
    ],
    ["the manifest is the same and no image is known", facts(state(), wanted)],
  ])("passes when %s", (_, own) => {
    expect(verdictOf(staging, own)).toMatchObject(
      passed(/^v1\.2\.3 in green serves 100 %, gates passed at 2026-03-03/),
    );
  });

  it.each<[string, object, RegExp]>([
    ["there is no file", { ...facts(state()), files: [] }, /no evidence/],
    [
      "another version is live",
      facts(state({ versions: { green: "v1.2.2" } })),
      /v1\.2\.2 is live there, not v1\.2\.3/,
    ],
    ["nothing is live", facts(state({ versions: {} })), /nothing is live/],
    ["the version waits beside what is live", facts(state({ live: "blue" })), /v1\.2\.2 is live/],
    ["it serves a share alone", facts(state({ serving: { blue: 50, green: 50 } })), /serves 50 % there/],
    ["shares are more than all", facts(state({ serving: { blue: 100, green: 100 } })), /100 %/],
    [
      "it was deployed from another manifest",
      facts(state({ manifestDigest: "e".repeat(64) })),
      /another manifest \(eeeeeeeeeeee/,
    ],
    [
      "another image runs there",
      facts(state({ ...outputs, images: [{ service: "api", image: image("b") }] }), wanted),
      /api runs .*bbb.* there/,
    ],
    [
      "the image is a tag there",
      facts(state({ ...outputs, images: [{ service: "api", image: "shop/api:v1.2.3" }] }), wanted),
      /api runs/,
    ],
    ["neither image nor manifest are known there", facts(state(outputs), wanted), /an image that is not known/],
    [
      "one of two instances runs another image",
      facts(
        state({
          images: [
            { service: "api", image: image("a") },
            { service: "api", image: image("b") },
          ],
        }),
        wanted,
      ),
      /api runs/,
    ],
    ["no health gate passed", facts(state({ gates: [gate("smoke")] })), /no proof that the health gate passed/],
    ["no smoke gate passed", facts(state({ gates: [gate("health")] })), /no proof that the smoke gate passed/],
    [
      "the gates are of another version",
      facts(state({ gates: [gate("health", { version: "v1.2.2" }), gate("smoke")] })),
      /it did for v1\.2\.2/,
    ],
    [
      "the gates are of the other environment",
      facts(state({ gates: [gate("health", { environment: "blue" }), gate("smoke")] })),
      /no proof/,
    ],
    [
      "the outputs say nothing of gates",
      facts(state({ ...outputs, gates: [] })),
      /give the file of `pulumi stack export`/,
    ],
    [
      "a gate is from the future",
      facts(state({ gates: [gate("health", { at: "2026-03-05T10:00:00Z" }), gate("smoke")] })),
      /in the future/,
    ],
    [
      "a gate passed long ago",
      facts(state({ gates: [gate("health", { at: "2026-02-05T10:00:00Z" }), gate("smoke")] })),
      /at most 168 h/,
    ],
    ["its last update was interrupted", facts(state({ pending: 2 })), /2 operations are pending/],
    ["it was exported after it was recorded", facts(state({ at: "2026-03-04T11:00:00Z" })), /after it was recorded/],
    [
      "it is a state of before the commit, recorded today",
      facts(state({ at: "2026-02-27T11:00:00Z" })),
      /before the commit/,
    ],
  ])("fails when %s", (_, own, reason) => {
    expect(verdictOf(staging, own)).toMatchObject(failed(reason));
  });
  it.each(refusedFiles)("fails when the file %s", (_, over, reason) => {
    expect(verdictOf(staging, facts(state(), { files: [file(state(), over)] }))).toMatchObject(failed(reason));
  });
});

describe("infrastructure/staging-smoke", () => {
  const released = (over: Partial<ReleasedSummary> = {}): ReleasedSummary => ({
    from: "release",
    version: "v1.2.3",
    ok: true,
    outcome: "released",
    serving: "v1.2.3",
    gatesAt: "2026-03-03T10:00:00Z",
    userFlows: "met",
    ...over,
  });
  it("passes with the gate's proof in the export, or with what the release to staging ended with", () => {
    expect(verdictOf(stagingSmoke, { files: [file(state())] })).toMatchObject(
      passed(/^smoke tests of v1\.2\.3 passed/),
    );
    expect(verdictOf(stagingSmoke, { files: [file(released())] })).toMatchObject(passed(/at 2026-03-03T10:00:00Z$/));
  });
  it.each<[string, StagingSummary | ReleasedSummary, RegExp]>([
    ["no smoke gate passed", state({ gates: [gate("health")] }), /no proof that the smoke gate/],
    ["another version is live", state({ versions: { green: "v1.2.2" } }), /v1\.2\.2 is live/],
    [
      "the proof is of another version",
      state({ gates: [gate("smoke", { version: "v1.2.2" })] }),
      /it did for v1\.2\.2/,
    ],
    [
      "the proof is from after the record",
      state({ gates: [gate("smoke", { at: "2026-03-04T11:00:00Z" })] }),
      /after it was recorded/,
    ],
    [
      "the proof is older than the commit",
      state({ gates: [gate("smoke", { at: "2026-02-27T11:00:00Z" })] }),
      /before the commit/,
    ],
    ["it is the release of another version", released({ version: "v1.2.2" }), /release of v1\.2\.2/],
    ["the release was rolled back", released({ ok: false, outcome: "rolled-back" }), /ended rolled-back/],
    ["it says ok of an outcome that is not", released({ outcome: "undecided" }), /ended undecided/],
    ["another version served in the end", released({ serving: undefined }), /nothing served/],
    ["user flows did not work", released({ userFlows: "not met" }), /user flows there: not met/],
    ["user flows were not looked at", released({ userFlows: "unknown" }), /unknown/],
    ["its gates did not run", released({ gatesAt: undefined }), /does not say that its gates passed/],
  ])("fails when %s", (_, own, reason) => {
    expect(verdictOf(stagingSmoke, { files: [file(own)] })).toMatchObject(failed(reason));
  });
  it.each(refusedFiles)("fails when the file %s", (_, over, reason) => {
    expect(verdictOf(stagingSmoke, { files: [file(state(), over)] })).toMatchObject(failed(reason));
  });
  it("fails without a file", () => {
    expect(verdictOf(stagingSmoke, { files: [] })).toMatchObject(failed(/no evidence/));
  });
});

describe("infrastructure/monitoring", () => {
  const alarm = { errorRate: { max: 0.01, forMs: 300_000 }, p95: { maxMs: 5_000, forMs: 60_000 } };
  const facts = (own: object = {}, over: object = {}) => ({
    services: { api: { ...alarm, ...own } },
    watchForMs: 3_600_000,
    ...over,
  });
  it("passes when each service has alarms that can fire while somebody watches", () => {
    expect(verdictOf(monitoring, facts())).toMatchObject({
      verdict: "pass",
      reason: "alarms for api above 1 % errors or a P95 of 5 s; watched for 60 min",
    });
  });
  it.each<[string, object, RegExp]>([
    ["a service has no alarm for errors", facts({ errorRate: undefined }), /api: no alarm for its error rate/],
    ["a service has no alarm for latency", facts({ p95: undefined }), /api: no alarm for its latency/],
    [
      "a service has none at all",
      { services: { api: alarm, web: {} }, watchForMs: 3_600_000 },
      /web: no alarm for its error rate; web: no alarm/,
    ],
    ["an alarm never fires", facts({ errorRate: { max: 1, forMs: 1 } }), /never fires, at 100 %/],
    ["a latency has no limit", facts({ p95: { maxMs: 0, forMs: 1 } }), /no limit/],
    [
      "watching ends before an alarm can fire",
      facts({}, { watchForMs: 120_000 }),
      /needs 5 min, longer than the 2 min of watching/,
    ],
    ["nothing is watched", facts({}, { watchForMs: 0 }), /nothing is watched/],
    ["no service is known", { services: {}, watchForMs: 1 }, /no service/],
    ["what was gathered is malformed", { services: [] }, /not what they should be/],
  ])("fails when %s", (_, own, reason) => {
    expect(verdictOf(monitoring, own)).toMatchObject(failed(reason));
  });
});

describe("infrastructure/rollback", () => {
  const rehearsal = (over: Partial<RehearsalSummary> = {}): RehearsalSummary => ({
    ok: true,
    platform: "local",
    at: "2026-03-03T10:00:00Z",
    scenarios: 16,
    failed: [],
    rolledBack: ["errors", "slow"],
    measured: 2,
    slowestMs: 480,
    ...over,
  });
  const deed = (over: object = {}) => ({
    kind: "drill",
    at: "2026-02-20T12:00:00Z",
    versions: ["v1.2.2"],
    passed: true,
    sentence: "back in 0.3 s",
    ...over,
  });
  const done = (over: Partial<RollbackSummary> = {}): RollbackSummary => ({
    from: "v1.2.3",
    to: "v1.2.2",
    at: "2026-03-03T10:00:00Z",
    backMs: 4,
    ...over,
  });
  const facts = (files: object[], ...deeds: object[]) => ({ files, liveVersion: "v1.2.2", deeds });

  it("is not asked of a first deployment, which has no way back", () => {
    expect(verdictOf(rollback, { files: [], deeds: [] })).toMatchObject({
      verdict: "not applicable",
      reason: "nothing is live that a rollback could go back to",
    });
  });

  it.each<[string, object, RegExp]>([
    [
      "a rehearsal rolled bad releases back",
      facts([file(rehearsal())]),
      /rehearsed: errors and slow at 2026-03-03T10:00:00Z, back within 0\.5 s/,
    ],
    [
      "this version was rolled back in staging",
      facts([file(done())]),
      /rehearsed: from v1\.2\.3 back to v1\.2\.2 at 2026-03-03T10:00:00Z, in /,
    ],
    [
      "a drill of the live version is in the journal",
      facts([], deed()),
      /drill at 2026-02-20T12:00:00Z: back in 0\.3 s/,
    ],
    [
      "this version was rolled back before",
      facts([], deed({ kind: "rollback", versions: ["v1.2.3", "v1.2.1"] })),
      /^rollback at/,
    ],
    [
      "a drill failed, and the next one passed",
      facts([], deed({ at: "2026-03-01T12:00:00Z" }), deed({ passed: false })),
      /^drill at 2026-03-01/,
    ],
  ])("passes when %s", (_, own, reason) => {
    expect(verdictOf(rollback, own)).toMatchObject(passed(reason));
  });
  it.each<[string, object, RegExp]>([
    ["nothing was ever drilled", facts([]), /no rollback of v1\.2\.3 or v1\.2\.2 was drilled/],
    ["the drill is of another version", facts([], deed({ versions: ["v0.9.0"] })), /no rollback of/],
    ["the last drill failed", facts([], deed({ passed: false, sentence: "it hung" })), /failed: it hung/],
    [
      "a drill passed, and the next one failed",
      facts([], deed(), deed({ at: "2026-03-01T12:00:00Z", passed: false })),
      /failed/,
    ],
    ["the drill is older than 30 days", facts([], deed({ at: "2026-01-20T12:00:00Z" })), /at most 720 h/],
    ["the drill is from the future", facts([], deed({ at: "2026-03-20T12:00:00Z" })), /from the future/],
    [
      "the rollback is of another version",
      facts([file(done({ from: "v1.2.2", to: "v1.2.1" }))]),
      /from v1\.2\.2, not from v1\.2\.3/,
    ],
    ["the rollback was not verified", facts([file(done({ fault: "smoke failed" }))]), /proves nothing: smoke failed/],
    [
      "the rollback ended after it was recorded",
      facts([file(done({ at: "2026-03-04T11:00:00Z" }))]),
      /after it was recorded/,
    ],
    [
      "the rehearsal failed",
      facts([file(rehearsal({ ok: false, failed: ["A slow release"] }))]),
      /did not end as it should: A slow release/,
    ],
    ["the rehearsal is not whole", facts([file(rehearsal({ ok: false }))]), /scenarios are missing/],
    ["the rehearsal rolled nothing back", facts([file(rehearsal({ rolledBack: [] }))]), /rolled nothing back/],
    ["no rollback was measured", facts([file(rehearsal({ measured: 0 }))]), /rolled nothing back/],
    [
      "the rehearsal ended after it was recorded",
      facts([file(rehearsal({ at: "2026-03-04T11:00:00Z" }))]),
      /after it was recorded/,
    ],
    [
      "the rehearsal is of before the commit",
      facts([file(rehearsal({ at: "2026-02-20T12:00:00Z" }))]),
      /before the commit/,
    ],
    ["the rehearsal failed, whatever the journal says", facts([file(rehearsal({ ok: false }))], deed()), /did not end/],
  ])("fails when %s", (_, own, reason) => {
    expect(verdictOf(rollback, own)).toMatchObject(failed(reason));
  });
  it.each(refusedFiles)("fails when the rehearsal's file %s", (_, over, reason) => {
    expect(verdictOf(rollback, facts([file(rehearsal(), over)]))).toMatchObject(failed(reason));
  });
});
