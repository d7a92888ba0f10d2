import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Managed } from "../managed.ts";
import { Cloud } from "./cloud.ts";

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
