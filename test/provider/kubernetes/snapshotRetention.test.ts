import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Managed } from "../managed.ts";
import { ApiServer } from "./apiServer.ts";

const labels = { "app.kubernetes.io/instance": "shop" };

describe("the retention of a volume's snapshots", () => {
  let server: ApiServer;
  let retention: Managed;
  const inputs = (over: object = {}) => ({ access: server.access, labels, keep: 1, deployed: ["v4"], ...over });
  const snapshot = (day: number, { whole = true, of = labels, release = `v${day}` as string | null } = {}) => ({
    metadata: {
      name: `before-v${day}`,
      labels: of,
      annotations: release === null ? {} : { "greenlight/version": release },
    },
    status: {
      readyToUse: whole,
      boundVolumeSnapshotContentName: "content",
      creationTime: `2026-03-0${day}T10:00:00Z`,
    },
  });
  const there = () => server.names("volumesnapshots");

  beforeEach(async () => {
    server = await ApiServer.start();
    retention = new Managed("greenlight:kubernetes:SnapshotRetention", "snapshot-retention");
  });
  afterEach(() => server.stop());

  it("removes what is beyond the newest, and keeps what a deployed version may need", async () => {
    server.put("volumesnapshots", snapshot(1), snapshot(2), snapshot(3), snapshot(4), snapshot(5));
    expect(await retention.create(inputs({ deployed: ["v2"] }))).toMatchObject({
      removed: ["before-v1", "before-v3", "before-v4"],
      kept: 2,
    });
    expect(there()).toEqual(["before-v2", "before-v5"]);
  });

  it("leaves alone what is not whole, of no known release, or of another stack", async () => {
    const another = { "app.kubernetes.io/instance": "another" };
    server.put(
      "volumesnapshots",
      snapshot(1, { whole: false }),
      snapshot(2, { release: null }),
      snapshot(3, { of: another }),
      snapshot(4),
      snapshot(5),
    );
    await retention.create(inputs({ deployed: [] }));
    expect(there()).toEqual(["before-v1", "before-v2", "before-v3", "before-v5"]);
  });

  it("does it again after each release, and nothing when it goes", async () => {
    server.put("volumesnapshots", snapshot(1), snapshot(4));
    await retention.create(inputs({ deployed: ["v1", "v4"] }));
    expect(there()).toEqual(["before-v1", "before-v4"]);
    expect((await retention.update(inputs({ deployed: ["v4"] }))).removed).toEqual(["before-v1"]);
    await retention.delete();
    expect(there()).toEqual(["before-v4"]);
  });

  it("has nothing to remove in a cluster that does not know the kind", async () => {
    server.refuse(404);
    expect(await retention.create(inputs())).toMatchObject({ removed: [], kept: 0 });
  });

  it("says what the cluster refuses, and that no traffic was moved", async () => {
    server.refuse(403);
    const refused = retention.create(inputs());
    await expect(refused).rejects.toThrow("did not list the stack's VolumeSnapshots");
    await expect(refused).rejects.toThrow("No traffic was moved");
  });
});
