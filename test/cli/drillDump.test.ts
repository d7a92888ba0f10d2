import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApiServer } from "../provider/kubernetes/apiServer.ts";
import { ClusterDrill, drillJob } from "./clusterDrill.ts";

const look = "shop-dumps-look";
const dump = { image: `postgres:17@sha256:${"a".repeat(64)}`, claim: "backups", secret: "backup" };
const drilled = { ...dump, drill: { secret: "drill" } };
const held = (release: string, day: number) =>
  JSON.stringify({ release, takenAt: `2026-03-0${day}T10:00:00.000Z`, server: "17.2" });

describe("greenlight drill snapshot of a dump on Kubernetes", () => {
  let cluster: ClusterDrill;
  let server: ApiServer;

  const ends = (said: object, exitCode?: number, before?: string) =>
    cluster.ends({ tables: 0, rows: 0, dropped: true, ...said }, exitCode, before);
  const variables = () => {
    const spec = server.get("jobs", drillJob)?.spec as {
      template: { spec: { containers: [{ env: { name: string; value: string }[] }]; volumes: unknown[] } };
    };
    const { containers, volumes } = spec.template.spec;
    return { env: Object.fromEntries(containers[0].env.map(({ name, value }) => [name, value])), containers, volumes };
  };

  beforeEach(async () => {
    cluster = await ClusterDrill.open("dump", "greenlight-drill");
    ({ server } = cluster);
    const listed = [
      `greenlight-listed v1-1 4096 ${held("v1", 1)}`,
      `greenlight-listed v2-1 8192 ${held("v2", 2)}`,
      "greenlight-listed v3-1 10 null",
    ];
    cluster.courses[look] = { prints: `${listed.join("\n")}\ngreenlight-count 3\n`, exitCode: 0 };
    ends({ stage: "done", tables: 2, rows: 12 }, 0);
    cluster.stack({ dump: drilled });
  });
  afterEach(() => cluster.close());

  it("restores the newest whole dump by a Job on the server of drills, and is in the journal", async () => {
    const { exitCode, json, text } = await cluster.drill();
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      dump: { name: "v2-1", release: "v2", takenAt: "2026-03-02T10:00:00.000Z", bytes: 8_192 },
      scratch: { tables: 2, rows: 12, dropped: true },
      differences: [],
    });
    const { env, containers, volumes } = variables();
    expect(env).toMatchObject({ GREENLIGHT_DUMP: "v2-1", GREENLIGHT_STACK: "shop" });
    expect(env.GREENLIGHT_SCRATCH).toMatch(/^drill_shop_[0-9a-f]{12}$/);
    expect(containers).toMatchObject([{ envFrom: [{ secretRef: { name: "drill" } }] }]);
    expect(volumes).toContainEqual({
      name: "backups",
      persistentVolumeClaim: { claimName: "backups", readOnly: true },
    });
    expect(text).toMatch(/^The dump v2-1 came back as it was taken: 2 tables with 12 rows\./);
    expect(cluster.journal).toMatchObject([{ type: "drill", kind: "restore", version: "v2", passed: true }]);
  });

  it("restores the one that is named", async () => {
    expect((await cluster.drill({ snapshot: "v1-1" })).json).toMatchObject({ dump: { name: "v1-1", release: "v1" } });
  });

  it.each([
    [{ stage: "checksum" }, "", "is not as it was written: its sha256 is another"],
    [
      { stage: "restore" },
      'pg_restore: error: role "a" does not exist\n',
      'could not be restored: pg_restore: error: role "a"',
    ],
    [
      { stage: "compare", tables: 2, rows: 11 },
      'greenlight-difference restored ["public.orders", 1]\n',
      'came back as 2 tables with 11 rows, not as it was taken: restored ["public.orders", 1]',
    ],
  ])("is refused with 3 when it ends at %j, which the journal keeps", async (said, before, says) => {
    ends(said, 1, before);
    const { exitCode, json } = await cluster.drill();
    expect(exitCode).toBe(3);
    expect(json).toMatchObject({ ok: false, sentence: expect.stringContaining(says) });
    expect(cluster.journal).toMatchObject([{ type: "drill", passed: false }]);
  });

  it("ends with 1 when the database that it made cannot be dropped, and names it", async () => {
    ends({ stage: "done", tables: 2, rows: 12, dropped: false }, 0);
    const { exitCode, text } = await cluster.drill();
    expect(exitCode).toBe(1);
    expect(text).toMatch(/The database drill_shop_[0-9a-f]{12} is left: drop it by hand/);
  });

  it.each([
    ["never came to the dump", () => ends({ stage: "server" }), "could not be drilled: its container ended with 1"],
    ["was told to stop", () => ends({ stage: "ended" }, 143), "could not be drilled: its container ended with 143"],
    [
      "said nothing",
      () => {
        cluster.courses[drillJob] = { prints: "", exitCode: 0 };
      },
      "it does not say what it saw",
    ],
    ["said that all is well and ended badly", () => ends({ stage: "done" }, 1), "its container ended with 1"],
  ])("is no result when the Job %s: the journal has nothing of it", async (_, course, says) => {
    course();
    const refused = cluster.drill();
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.toThrow("The database that serves was not touched");
    expect(cluster.journal).toEqual([]);
  });

  it.each([
    ["v3-1", "The dump v3-1 is not available"],
    ["v9-1", 'The stack took no dump "v9-1"'],
  ])("refuses %s before anything is restored", async (snapshot, says) => {
    await expect(cluster.drill({ snapshot })).rejects.toThrow(says);
    expect(server.created).toEqual([look]);
  });

  it.each([
    ["no database", undefined, "The stack has no database"],
    ["a program of its own", { dump: { ...dump, claim: undefined, command: ["store"] } }, "by your own means"],
    ["no server for drills", { dump }, "Nothing says on which server a dump may be restored"],
  ])("is refused for a stack with %s, and asks no cluster", async (_, database, says) => {
    cluster.stack(database);
    await expect(cluster.drill()).rejects.toThrow(says);
    expect(server.requests).toEqual([]);
  });

  it.each(["keep", "remove"])("knows no --%s", async (flag) => {
    await expect(cluster.drill({ [flag]: true })).rejects.toThrow(
      `--${flag} is for snapshots: a drill of a dump drops its database itself`,
    );
    expect(server.requests).toEqual([]);
  });
});
