import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApiServer } from "../provider/kubernetes/apiServer.ts";
import { ClusterDrill, drillJob } from "./clusterDrill.ts";

const image = `postgres:17@sha256:${"a".repeat(64)}`;
const ofStack = { "app.kubernetes.io/instance": "shop" };

describe("greenlight drill snapshot of a volume on Kubernetes", () => {
  let cluster: ClusterDrill;
  let server: ApiServer;

  const stack = (drill?: object) =>
    cluster.stack({ claim: "data-postgres-0", ...(drill === undefined ? {} : { drill }) });
  const ends = (said: object, exitCode?: number, before?: string) => {
    const whole = { server: "17.2", databases: 2, tables: 3, rows: 12, checksums: true, ...said };
    cluster.ends(whole, exitCode, before);
  };
  const snapshot = (name: string, release: string, day: number, more: object = {}) => ({
    metadata: { name, labels: ofStack, annotations: { "greenlight/version": release } },
    status: {
      readyToUse: true,
      boundVolumeSnapshotContentName: `content-${name}`,
      creationTime: `2026-03-0${day}T10:00:00Z`,
      restoreSize: "8Gi",
      ...more,
    },
  });
  const original = (spec: object = {}) =>
    server.put("persistentvolumeclaims", {
      metadata: { name: "data-postgres-0" },
      spec: {
        storageClassName: "fast",
        accessModes: ["ReadWriteOncePod"],
        resources: { requests: { storage: "10Gi" } },
        ...spec,
      },
      status: { phase: "Bound", capacity: { storage: "12Gi" } },
    });
  const left = (name: string, of: string) =>
    server.put("persistentvolumeclaims", {
      metadata: {
        name,
        labels: { ...ofStack, "greenlight/drill": "snapshot" },
        annotations: { "greenlight/snapshot": of },
        creationTimestamp: "2026-03-02T11:00:00Z",
      },
      status: { phase: "Bound" },
    });
  /** The claim and the Job as they were created: both are gone when the drill is over. */
  let made: { claim?: object | undefined; job?: object | undefined };

  beforeEach(async () => {
    cluster = await ClusterDrill.open("drill", "greenlight-restored");
    ({ server } = cluster);
    made = {};
    const play = server.onChanged;
    server.onChanged = (verb, kind, name) => {
      if (verb === "create" && kind === "persistentvolumeclaims") made.claim = server.get(kind, name);
      if (verb === "create" && kind === "jobs") made.job = server.get(kind, name);
      play(verb, kind, name);
    };
    server.put("volumesnapshots", snapshot("before-v1", "v1", 1));
    server.put("volumesnapshots", snapshot("before-v2", "v2", 2));
    server.put("volumesnapshots", snapshot("before-v3", "v3", 3, { readyToUse: false }));
    original();
    ends({ stage: "done" }, 0);
    stack({ image });
  });
  afterEach(() => cluster.close());

  it("restores the newest whole one into a claim of its own, reads it by a Job, removes both, and is in the journal", async () => {
    const { exitCode, json, text } = await cluster.drill();
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      snapshot: { identifier: "before-v2", release: "v2" },
      restored: { server: "17.2", databases: 2, tables: 3, rows: 12, checksums: true },
      ending: "removed",
    });
    expect(made.claim).toMatchObject({
      metadata: { name: expect.stringMatching(/^shop-drill-[0-9a-f]{10}$/) },
      spec: {
        storageClassName: "fast",
        accessModes: ["ReadWriteOncePod"],
        dataSource: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "before-v2" },
        resources: { requests: { storage: "8Gi" } },
      },
    });
    const { name } = (made.claim as { metadata: { name: string } }).metadata;
    expect(made.job).toMatchObject({
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: 60,
        template: {
          spec: {
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, runAsUser: 999, runAsGroup: 999 },
            containers: [
              {
                image,
                envFrom: [],
                securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
              },
            ],
            volumes: expect.arrayContaining([{ name: "restored", persistentVolumeClaim: { claimName: name } }]),
          },
        },
      },
    });
    expect(server.names("persistentvolumeclaims")).toEqual(["data-postgres-0"]);
    expect(server.names("jobs")).toEqual([]);
    expect(text).toContain(
      "The snapshot before-v2 came up as PostgreSQL 17.2, and all of it could be read (databases: 2, tables: 3, rows: 12); each page as its checksum says.",
    );
    expect(cluster.journal).toMatchObject([{ type: "drill", kind: "restore", version: "v2", passed: true }]);
  });

  it("gives the files no group, which PostgreSQL would refuse to start with", async () => {
    await cluster.drill();
    expect(JSON.stringify(made.job)).not.toContain("fsGroup");
  });

  it.each([
    ["0", "12Gi"],
    [undefined, "12Gi"],
  ])("takes the size of its claim where the storage says %s of the snapshot", async (restoreSize, storage) => {
    server.put("volumesnapshots", snapshot("before-v2", "v2", 2, { restoreSize }));
    await cluster.drill();
    expect(made.claim).toMatchObject({ spec: { resources: { requests: { storage } } } });
  });

  it("restores the one that is named, and leaves its claim when it is asked to", async () => {
    const { json, text } = await cluster.drill({ snapshot: "before-v1", keep: true });
    expect(json).toMatchObject({ ok: true, snapshot: { identifier: "before-v1" }, ending: "kept" });
    expect(server.names("persistentvolumeclaims")).toHaveLength(2);
    expect(text).toContain("is kept: `greenlight drill snapshot --remove` removes it");
  });

  it.each([
    [
      { stage: "find" },
      "greenlight: no data of PostgreSQL is on the claim\n",
      "holds no whole database: greenlight: no data",
    ],
    [
      { stage: "start" },
      "LOG: x\nPANIC:  could not locate a valid checkpoint record\n",
      "did not come up as a database: PANIC:  could not",
    ],
    [
      { stage: "read" },
      "pg_dump: error: invalid page in block 0\n",
      "came up as PostgreSQL 17.2, and not all of it can be read: pg_dump: error: invalid page",
    ],
  ])("is refused with 3 when it ends at %j, which the journal keeps", async (said, before, says) => {
    ends(said, 1, before);
    const { exitCode, json } = await cluster.drill();
    expect(exitCode).toBe(3);
    expect(json).toMatchObject({ ok: false, sentence: expect.stringContaining(says), ending: "removed" });
    expect(cluster.journal).toMatchObject([{ type: "drill", passed: false }]);
  });

  it("does not pass for a database without a table", async () => {
    ends({ stage: "done", databases: 1, tables: 0, rows: 0 }, 0);
    const { exitCode, json } = await cluster.drill();
    expect(exitCode).toBe(3);
    expect(json).toMatchObject({ ok: false, sentence: expect.stringContaining("and holds no table") });
    expect(cluster.journal).toMatchObject([{ type: "drill", passed: false }]);
  });

  it.each([
    [
      "says that image or role do not fit",
      () => ends({ stage: "settings" }),
      "could not be drilled: its container ended with 1",
    ],
    ["was told to stop", () => ends({ stage: "ended" }, 143), "could not be drilled: its container ended with 143"],
    ["said that all is well and ended badly", () => ends({ stage: "done" }, 1), "its container ended with 1"],
    [
      "said nothing",
      () => {
        cluster.courses[drillJob] = { prints: "", exitCode: 0 };
      },
      "it does not say what it saw",
    ],
  ])("is no result when the Job %s: the journal has nothing of it, and nothing is left", async (_, course, says) => {
    course();
    const refused = cluster.drill();
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.toThrow("The database that serves was not touched");
    expect(cluster.journal).toEqual([]);
    expect(server.names("persistentvolumeclaims")).toEqual(["data-postgres-0"]);
  });

  it("says the storage's own words where it makes no volume", async () => {
    cluster.courses[drillJob] = { prints: "", exitCode: 1 };
    server.put("events", { metadata: { name: "e1" }, message: "failed to provision: snapshot is in another zone" });
    await expect(cluster.drill()).rejects.toThrow(
      "its storage made no volume: failed to provision: snapshot is in another zone",
    );
  });

  it("leaves a drill alone that is under way, and says how to go on", async () => {
    server.put("jobs", {
      metadata: { name: drillJob, annotations: { "greenlight/digest": "another" } },
      spec: { template: {} },
    });
    await expect(cluster.drill()).rejects.toMatchObject({
      happened: "The Job shop-drill runs, and does something else than is asked now.",
      next: expect.stringMatching(/wait until it has ended.*run the same command again/),
    });
    expect(server.names("jobs")).toEqual([drillJob]);
    expect(server.names("persistentvolumeclaims")).toEqual(["data-postgres-0"]);
  });

  it("takes Job and claim away when it is cancelled", async () => {
    cluster.courses[drillJob] = { prints: "starting\n" };
    const cancelled = new AbortController();
    const running = cluster.drill({}, cancelled.signal);
    await server.watched("jobs", "pods");
    cancelled.abort();
    await expect(running).rejects.toThrow();
    expect(server.names("jobs")).toEqual([]);
    expect(server.names("persistentvolumeclaims")).toEqual(["data-postgres-0"]);
  });

  it.each([
    ["before-v3", "The snapshot before-v3 is not available"],
    ["before-v9", 'The stack took no snapshot "before-v9"'],
  ])("refuses %s before anything is made", async (named, says) => {
    await expect(cluster.drill({ snapshot: named })).rejects.toThrow(says);
    expect(server.created).toEqual([]);
  });

  it.each([
    [
      "is not there",
      () => server.remove("persistentvolumeclaims", "data-postgres-0"),
      "The claim data-postgres-0 is not there",
    ],
    ["is a device", () => original({ volumeMode: "Block" }), "is a block device, not a file system"],
  ])("refuses where the claim of who serves %s", async (_, change, says) => {
    change();
    await expect(cluster.drill()).rejects.toThrow(says);
    expect(server.created).toEqual([]);
  });

  it("is refused where nothing says what a database is started with", async () => {
    stack();
    await expect(cluster.drill()).rejects.toThrow(
      "Nothing says what a database is started with on a copy of its claim",
    );
    expect(server.requests).toEqual([]);
  });

  describe("what a killed drill left", () => {
    beforeEach(() => {
      left("shop-drill-0000000001", "before-v1");
      left("shop-drill-0000000002", "before-v2");
    });

    it("is told by the next one, and left alone", async () => {
      await cluster.drill();
      expect(cluster.told.texts.join("\n")).toMatch(
        /an earlier drill left a claim: the claim shop-drill-0000000001, made 2026-03-02T11:00:00.000Z from before-v1, is bound/,
      );
      expect(server.names("persistentvolumeclaims")).toHaveLength(3);
    });

    it("is removed with --remove, one or all, with the Job that works on it, and nothing else", async () => {
      const volumes = [{ name: "restored", persistentVolumeClaim: { claimName: "shop-drill-0000000001" } }];
      server.put("jobs", { metadata: { name: drillJob }, spec: { template: { spec: { volumes } } } });
      expect((await cluster.drill({ remove: true, snapshot: "before-v2" })).json).toEqual({
        ok: true,
        removed: [{ claim: "shop-drill-0000000002", ending: "removed" }],
      });
      expect(server.names("jobs")).toEqual([drillJob]);
      expect((await cluster.drill({ remove: true })).json).toMatchObject({
        removed: [{ claim: "shop-drill-0000000001" }],
      });
      expect(server.names("jobs")).toEqual([]);
      expect(server.names("persistentvolumeclaims")).toEqual(["data-postgres-0"]);
      expect((await cluster.drill({ remove: true })).json).toEqual({ ok: true, removed: [] });
    });
  });
});
