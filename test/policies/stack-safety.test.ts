import type { PolicyResource } from "@pulumi/policy";
import { describe, expect, it } from "vitest";
import { loopbackListeners } from "../../policies/stack-safety/loopback-listeners.ts";
import { noSwitchWithoutOldSide } from "../../policies/stack-safety/no-switch-without-old-side.ts";
import { policies } from "../../policies/stack-safety/policies.ts";
import { releaseStated } from "../../policies/stack-safety/release-stated.ts";
import { snapshotBeforeMigration } from "../../policies/stack-safety/snapshot-before-migration.ts";
import { snapshotsKept } from "../../policies/stack-safety/snapshots-kept.ts";
import { thresholdsArmed } from "../../policies/stack-safety/thresholds-armed.ts";
import { judge, judgeStack, resource } from "./judging.ts";

// What is not proven here, that the engine stops where a policy says so, is in test/engine.

const digest = "0".repeat(64);
const release = {
  kind: "release",
  live: "blue",
  environments: { blue: { version: "v1", manifestDigest: digest }, green: { version: "v2", manifestDigest: digest } },
  history: [],
  services: ["api", "web"],
};
const releaseType = "greenlight:index:Release";

it("every policy is mandatory, says what it is about and what to do", () => {
  for (const policy of policies) {
    expect(policy.enforcementLevel).toBe("mandatory");
    expect(policy.name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(policy.description.length, policy.name).toBeGreaterThan(30);
    expect(policy.remediationSteps?.length, policy.name).toBeGreaterThan(20);
    expect(policy.severity, policy.name).toBeDefined();
    const options = Object.entries(policy.configSchema?.properties ?? {});
    for (const [key, { description, default: fallback }] of options) {
      expect(description?.length, `${policy.name}.${key}`).toBeGreaterThan(10);
      expect(fallback, `${policy.name}.${key}`).toBeDefined();
    }
  }
  expect(new Set(policies.map((it) => it.name)).size).toBe(policies.length);
});

describe("release-stated", () => {
  it("takes a release that states kind, live and versions", () => {
    expect(judge(releaseStated, releaseType, release)).toEqual([]);
  });
  it("refuses one that does not, by what is missing", () => {
    for (const key of ["kind", "live", "environments", "services"] as const) {
      const { [key]: _left, ...rest } = release;
      expect(judge(releaseStated, releaseType, rest)).toEqual([expect.stringContaining(`does not state ${key}`)]);
    }
    expect(judge(releaseStated, releaseType, { ...release, kind: "hotfix" })).toHaveLength(1);
    const odd = { ...release, environments: { blue: { version: "v1", manifestDigest: "none" } } };
    expect(judge(releaseStated, releaseType, odd)).toEqual([
      expect.stringContaining("environments.blue.manifestDigest"),
    ]);
  });
  it("refuses a live environment without a version", () => {
    const { green } = release.environments;
    expect(judge(releaseStated, releaseType, { ...release, environments: { green } })).toEqual([
      expect.stringContaining("blue is to be live, but no version is stated for it"),
    ]);
  });
  it("leaves everything else alone", () => {
    expect(judge(releaseStated, "greenlight:local:Traffic", {})).toEqual([]);
  });
});

describe("no-switch-without-old-side", () => {
  const { blue } = release.environments;
  it.each(["switch", "rollback"])("refuses a %s that retires the side that traffic leaves", (kind) => {
    expect(judge(noSwitchWithoutOldSide, releaseType, { ...release, kind, environments: { blue } })).toEqual([
      expect.stringContaining("Traffic would move to blue while green is retired"),
    ]);
  });
  it.each(["switch", "rollback"])("takes a %s that keeps it", (kind) => {
    expect(judge(noSwitchWithoutOldSide, releaseType, { ...release, kind })).toEqual([]);
  });
  it.each(["release", "none"])("takes a %s with one side: a first deployment, or a later retirement", (kind) => {
    expect(judge(noSwitchWithoutOldSide, releaseType, { ...release, kind, environments: { blue } })).toEqual([]);
  });
});

describe("loopback-listeners", () => {
  it.each(["127.0.0.1", "127.8.0.3", "::1"])("takes %s", (listen) => {
    expect(judge(loopbackListeners, "greenlight:local:Proxy", { listen })).toEqual([]);
    expect(judge(loopbackListeners, releaseType, { ...release, listen })).toEqual([]);
  });
  it.each(["0.0.0.0", "10.0.0.7", "::", "localhost", "127.0.0.1.evil.example"])("refuses %s", (listen) => {
    for (const type of ["greenlight:local:Proxy", "greenlight:local:PostgresServer", releaseType]) {
      expect(judge(loopbackListeners, type, { listen })).toEqual([
        expect.stringContaining(`would listen on ${listen}`),
      ]);
    }
  });
  it("takes any address when that is allowed, and does not judge what is not ours", () => {
    const open = { allowPublicListeners: true };
    expect(judge(loopbackListeners, "greenlight:local:Proxy", { listen: "0.0.0.0" }, open)).toEqual([]);
    expect(judge(loopbackListeners, "aws:lb:Listener", { listen: "0.0.0.0" })).toEqual([]);
  });
});

describe("snapshots-kept", () => {
  const type = "greenlight:index:BackupSnapshot";
  const good = { version: "v1", drill: true, keep: 5, keepOnDestroy: false };
  it("takes a snapshot that is drilled and kept", () => {
    expect(judge(snapshotsKept, type, good)).toEqual([]);
  });
  it("refuses one without a drill, unless that is not asked for", () => {
    const bare = { ...good, drill: false };
    expect(judge(snapshotsKept, type, bare)).toEqual([expect.stringContaining("Set drill")]);
    expect(judge(snapshotsKept, type, bare, { requireDrill: false })).toEqual([]);
  });
  it("refuses fewer than asked for, and what goes with the stack where it must not", () => {
    expect(judge(snapshotsKept, type, good, { leastKept: 6 })).toEqual([expect.stringContaining("to 6 or more")]);
    expect(judge(snapshotsKept, type, good, { requireKeepOnDestroy: true })).toEqual([
      expect.stringContaining("Set keepOnDestroy"),
    ]);
  });
  it("refuses what does not say: absence is no pass", () => {
    expect(judge(snapshotsKept, type, { version: "v1" })).toHaveLength(1);
  });
});

describe("snapshot-before-migration", () => {
  const snapshot = resource("greenlight:index:BackupSnapshot", { version: "v2" });
  const migration = (around: Partial<PolicyResource>) =>
    resource("greenlight:index:DatabaseMigration", { version: "v2" }, around);

  it("takes a migration that waits for its snapshot, itself or through the component around it", () => {
    expect(judgeStack(snapshotBeforeMigration, [snapshot, migration({ dependencies: [snapshot] })])).toEqual([]);
    const parent = resource("greenlight:local:DatabaseMigration", {}, { dependencies: [snapshot] });
    expect(judgeStack(snapshotBeforeMigration, [snapshot, parent, migration({ parent })])).toEqual([]);
  });
  it("refuses one that waits for none, or for one of another version", () => {
    expect(judgeStack(snapshotBeforeMigration, [snapshot, migration({})])).toEqual([
      expect.stringContaining("waits for no snapshot of v2"),
    ]);
    const older = resource("greenlight:index:BackupSnapshot", { version: "v1" });
    expect(judgeStack(snapshotBeforeMigration, [older, migration({ dependencies: [older] })])).toHaveLength(1);
  });
});

describe("thresholds-armed", () => {
  const stated = resource(releaseType, release);
  const alarms = (services: string[], max = 0.01) =>
    resource("greenlight:local:Alarms", { services, thresholds: { errorRate: { max }, p95: { maxMs: 5_000 } } });

  it("takes alarms for every service that is released", () => {
    expect(judgeStack(thresholdsArmed, [stated, alarms(["api", "web"])])).toEqual([]);
  });
  it("refuses a release without alarms, with a service left out, or with a rate that nothing exceeds", () => {
    expect(judgeStack(thresholdsArmed, [stated])).toEqual([expect.stringContaining("api, web")]);
    expect(judgeStack(thresholdsArmed, [stated, alarms(["api"])])).toEqual([expect.stringContaining("fire for web.")]);
    expect(judgeStack(thresholdsArmed, [stated, alarms(["api", "web"], 1)])).toHaveLength(1);
  });
});
