import { describe, expect, it } from "vitest";
import { type Deployed, knowsSchema, restoreDifferences } from "../../release/restoreDrill.ts";
import type { KeptSnapshot } from "../../release/snapshotRetention.ts";

const make = { engine: "postgres", version: "16.3", storage: 20, encrypted: true };
const beside = { subnetGroup: "inside", securityGroups: ["sg-1", "sg-2"] };
const restored = {
  ...{ ...make, status: "available", host: "drill.example", public: false, severalZones: false },
  ...{ deletionProtected: false, backups: 0, leastBackups: 0, subnetGroup: "inside", securityGroups: ["sg-2", "sg-1"] },
};

describe("a restored database", () => {
  it("is as its snapshot, wherever its groups are named", () => {
    expect(restoreDifferences(make, restored, beside)).toEqual([]);
  });

  it("of a cluster has no size, and keeps backups for as short as a cluster can", () => {
    const cluster = { ...make, storage: null };
    const it = { ...restored, ...cluster, backups: 1, leastBackups: 1 };
    expect(restoreDifferences(cluster, it, beside)).toEqual([]);
    expect(restoreDifferences(cluster, { ...it, backups: 7 }, beside)).toEqual([
      "it keeps backups of its own for 7 days",
    ]);
  });

  it.each<[object, string]>([
    [{ status: "failed" }, "it is failed, not available"],
    [{ host: undefined }, "it has no address"],
    [{ engine: "mysql" }, "its engine is mysql, and that of the snapshot postgres"],
    [{ version: "16.1" }, "its version is 16.1, and that of the snapshot 16.3"],
    [{ storage: 5 }, "its storage in GiB is 5, and that of the snapshot 20"],
    [{ encrypted: false }, "it is not encrypted, and the snapshot is"],
    [{ public: true }, "it can be reached from everywhere"],
    [{ severalZones: true }, "it runs in several zones"],
    [{ deletionProtected: true }, "it is protected from being deleted"],
    [{ backups: 1 }, "it keeps backups of its own for 1 day"],
    [{ backups: undefined }, "it keeps backups of its own for an unknown number of days"],
    [{ subnetGroup: "default" }, "it is in the subnet group default, not inside"],
    [{ securityGroups: ["sg-1"] }, "it has the security groups sg-1, not sg-1, sg-2"],
  ])("that differs by %o says so", (more, said) => {
    expect(restoreDifferences(make, { ...restored, ...more }, beside)).toEqual([said]);
  });
});

describe("whose image can judge a snapshot", () => {
  const takenBefore = (number: number): KeptSnapshot => ({
    ...{ identifier: `before-v${number}`, whole: true, release: `v${number}`, takenAt: `2026-03-0${number}T10:00:00Z` },
  });
  const blue: Deployed = { environment: "blue", version: "v2" };
  const green: Deployed = { environment: "green", version: "v3" };
  const all = [takenBefore(1), takenBefore(2), takenBefore(3)];

  it("is the version from before the one that it was taken for", () => {
    expect(knowsSchema(takenBefore(3), all, [green, blue])).toBe(blue);
  });

  it("is what serves where that has not migrated since", () => {
    expect(knowsSchema(takenBefore(3), all, [blue, green])).toBe(blue);
    expect(knowsSchema(takenBefore(4), [...all, takenBefore(4)], [green, blue])).toBe(green);
  });

  it("is nobody's where all that is deployed migrated since", () => {
    expect(knowsSchema(takenBefore(2), all, [green, blue])).toBeUndefined();
    expect(knowsSchema(takenBefore(3), all, [])).toBeUndefined();
  });
});
