import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Managed } from "../managed.ts";
import { ApiServer } from "./apiServer.ts";

const labels = { "app.kubernetes.io/instance": "shop" };
const ready = {
  readyToUse: true,
  boundVolumeSnapshotContentName: "snapcontent-1",
  creationTime: "2026-03-02T10:00:00Z",
  restoreSize: "10Gi",
};

describe("the snapshot of a database's volume", () => {
  let server: ApiServer;
  let snapshot: Managed;
  const inputs = (over: object = {}) => ({
    access: server.access,
    prefix: "shop-before-v2",
    labels,
    claim: "data-postgres-0",
    version: "v2",
    commit: "0".repeat(40),
    deadlineMs: 20_000,
    ...over,
  });
  /** The storage's answer to a snapshot that was asked for. */
  const answer = (status: object) => {
    server.onChanged = (verb, kind, name) => {
      if (verb !== "create") return;
      server.put(kind, { ...server.get(kind, name), metadata: { name, labels }, status });
    };
  };

  beforeEach(async () => {
    server = await ApiServer.start();
    snapshot = new Managed("greenlight:kubernetes:VolumeSnapshot", "green-snapshot");
  });
  afterEach(() => server.stop());

  it("is there when the storage says that a volume can be made from it", async () => {
    answer(ready);
    const taken = await snapshot.create(inputs({ snapshotClass: "fast" }));
    expect(taken).toMatchObject({
      content: "snapcontent-1",
      takenAt: "2026-03-02T10:00:00Z",
      size: "10Gi",
      status: "ready",
    });
    expect(taken.name).toMatch(/^shop-before-v2-\d{8}-\d{6}z$/);
    expect(server.get("volumesnapshots", String(taken.name))).toMatchObject({
      metadata: { labels },
      spec: { volumeSnapshotClassName: "fast", source: { persistentVolumeClaimName: "data-postgres-0" } },
    });
  });

  it("is awaited while it is being taken", async () => {
    answer({ readyToUse: false });
    const taken = snapshot.create(inputs());
    await server.watched("volumesnapshots");
    const [name = ""] = server.created;
    server.put("volumesnapshots", { metadata: { name, labels }, status: ready });
    expect((await taken).status).toBe("ready");
  });

  it.each<[string, object, string]>([
    ["the storage cannot take one", { error: { message: "no space in the pool" } }, "no space in the pool"],
    ["nobody takes it up", {}, "was not ready after 0.3 s"],
    ["it says ready and not of what", { readyToUse: true }, "was not ready after 0.3 s"],
  ])("ends the update with the reason when %s", async (_, status, says) => {
    answer(status);
    const refused = snapshot.create(inputs({ deadlineMs: 300 }));
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.toThrow(/Nothing was migrated[\s\S]*kubectl describe volumesnapshot shop-before-v2-/);
  });

  it("is said where the cluster has no snapshots at all", async () => {
    server.refuse(404);
    await expect(snapshot.create(inputs())).rejects.toThrow("did not take a snapshot of the volume data-postgres-0");
  });

  it("stays when its release is left out, and is told to be gone when somebody removed it", async () => {
    answer(ready);
    const { name } = await snapshot.create(inputs());
    expect((await snapshot.refresh())?.status).toBe("ready");
    server.remove("volumesnapshots", String(name));
    expect((await snapshot.refresh())?.status).toBe("gone");
  });

  it("is taken anew for another version, and for nothing else", async () => {
    answer(ready);
    await snapshot.create(inputs());
    expect(await snapshot.differs(inputs({ deadlineMs: 60_000, claim: "data-postgres-1" }))).toBe(false);
    expect(await snapshot.differs(inputs({ version: "v3" }))).toBe(true);
  });
});
