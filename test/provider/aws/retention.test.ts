import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type KeptSnapshot, removable } from "../../../provider/aws/retention.ts";
import { Managed } from "../managed.ts";
import { Cloud } from "./cloud.ts";

const taken = (day: number, release: string | undefined = `v${day}`, status = "available"): KeptSnapshot => ({
  identifier: `before-v${day}`,
  status,
  release,
  takenAt: `2026-03-${String(day).padStart(2, "0")}T10:00:00.000Z`,
});
const names = (all: readonly KeptSnapshot[]) => all.map(({ identifier }) => identifier);

describe("the snapshots that may go", () => {
  it("are those beyond the newest that are kept, the oldest first", () => {
    expect(names(removable([taken(1), taken(4), taken(2), taken(3)], 2, []))).toEqual(["before-v1", "before-v2"]);
  });

  it("are none that were taken before a version which is deployed, however old", () => {
    expect(names(removable([taken(1), taken(2), taken(3)], 1, ["v1"]))).toEqual(["before-v2"]);
  });

  it("are none that are not whole, and those do not count as kept", () => {
    const broken = taken(4, "v4", "failed");
    const making = { ...taken(5), status: "creating", takenAt: undefined };
    expect(names(removable([taken(1), taken(2), broken, making], 1, []))).toEqual(["before-v1"]);
    expect(names(removable([taken(1), broken, making], 1, []))).toEqual([]);
  });

  it("are none of which nobody knows the release", () => {
    expect(removable([{ ...taken(1), release: undefined }, taken(2)], 1, [])).toEqual([]);
  });

  it("are never the newest whole one, nor a deployed version's, whatever there is", () => {
    const snapshot = fc.record({
      identifier: fc.uuid(),
      status: fc.constantFrom("available", "creating", "failed"),
      release: fc.option(fc.constantFrom("v1", "v2", "v3", "v4"), { nil: undefined }),
      takenAt: fc.option(
        fc
          .date({ min: new Date("2026-01-01"), max: new Date("2026-12-31"), noInvalidDate: true })
          .map((it) => it.toISOString()),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(
        fc.array(snapshot),
        fc.integer({ min: 1, max: 5 }),
        fc.subarray(["v1", "v2", "v3"]),
        (all, keep, live) => {
          const gone = removable(all, keep, live);
          const whole = all.filter(({ status, takenAt }) => status === "available" && takenAt !== undefined);
          expect(gone.every((it) => it.release !== undefined && !live.includes(it.release))).toBe(true);
          expect(whole.length - gone.length).toBeGreaterThanOrEqual(Math.min(keep, whole.length));
          const newest = Math.max(...whole.map(({ takenAt }) => Date.parse(takenAt ?? "")));
          if (gone.some(({ takenAt }) => Date.parse(takenAt ?? "") === newest)) {
            // Two of one instant: the other stays.
            expect(whole.filter(({ takenAt }) => Date.parse(takenAt ?? "") === newest).length).toBeGreaterThan(1);
          }
        },
      ),
    );
  });
});

describe("the retention of snapshots", () => {
  let cloud: Cloud;
  let retention: Managed;
  const inputs = (over: object = {}) => ({
    region: "eu-central-1",
    instance: "shop-production",
    stack: "prod",
    keep: 1,
    deployed: ["v3"],
    ...over,
  });
  const listed = (day: number, stack = "prod") => ({
    DBSnapshotIdentifier: `before-v${day}`,
    Status: "available",
    SnapshotCreateTime: `2026-03-0${day}T10:00:00Z`,
    TagList: [
      { Key: "greenlight:stack", Value: stack },
      { Key: "greenlight:release", Value: `v${day}` },
    ],
  });
  beforeEach(async () => {
    cloud = await Cloud.start();
    retention = new Managed("greenlight:aws:SnapshotRetention", "snapshot-retention");
    cloud.answers("DeleteDBSnapshot", {});
  });
  afterEach(() => cloud.end());

  it("removes the stack's own of every page, and leaves another stack's and the team's alone", async () => {
    cloud.answers(
      "DescribeDBSnapshots",
      {
        DBSnapshots: [listed(1), listed(2, "other"), { DBSnapshotIdentifier: "by-hand", Status: "available" }],
        Marker: "more",
      },
      { DBSnapshots: [listed(3), listed(4)] },
    );
    expect(await retention.create(inputs())).toMatchObject({ removed: ["before-v1"], kept: 2 });
    expect(
      cloud.asked.filter(({ operation }) => operation === "DeleteDBSnapshot").map(({ input }) => input),
    ).toMatchObject([{ DBSnapshotIdentifier: "before-v1" }]);
    expect(retention.told).toEqual(["removed the snapshot before-v1"]);
  });

  it("looks again when other versions are deployed, and not else", async () => {
    cloud.answers("DescribeDBSnapshots", { DBSnapshots: [listed(1)] });
    await retention.create(inputs());
    expect(await retention.differs()).toBe(false);
    expect(await retention.differs(inputs({ deployed: ["v3", "v4"] }))).toBe(true);
  });

  it("says which right is missing", async () => {
    cloud.answers("DescribeDBSnapshots", { DBSnapshots: [listed(1), listed(2)] });
    cloud.answers("DeleteDBSnapshot", {
      error: "AccessDenied",
      message: "not authorized to perform: rds:DeleteDBSnapshot",
    });
    await expect(retention.create(inputs())).rejects.toThrow(
      "AWS did not remove the snapshot before-v1: AccessDenied.",
    );
  });
});
