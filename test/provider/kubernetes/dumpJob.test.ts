import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../processes.ts";
import { Managed } from "../managed.ts";
import { ApiServer } from "./apiServer.ts";
import { type Course, PlayedJobs } from "./playedJobs.ts";

const name = "shop-dump-v2";
const sha256 = "a".repeat(64);
const held = (release = "v2", takenAt = "2026-03-02T10:00:00.000Z") => ({ release, takenAt, server: "17.2" });
const line = (over: object = {}) =>
  `greenlight-dump ${JSON.stringify({ name: "v2-20260302T100000Z", bytes: 4_096, sha256, tables: 3, held: held(), ...over })}\n`;

describe("a dump of the database before a version, as a Job", () => {
  let server: ApiServer;
  let dump: Managed;
  let courses: Record<string, Course>;
  let played: PlayedJobs;
  const job = (of: string) => ({
    name: of,
    labels: { "app.kubernetes.io/instance": "shop", "greenlight/job": of },
  });
  const inputs = (over: object = {}) => ({
    access: server.access,
    version: "v2",
    job: job(name),
    pod: { containers: [{ name: "dump", image: "postgres@sha256:1" }] },
    place: "the claim backups",
    deadlineMs: 60_000,
    keepMs: 3_600_000,
    ...over,
  });
  const created = () => server.created.filter((it) => it === name).length;

  beforeEach(async () => {
    server = await ApiServer.start();
    courses = { [name]: { prints: `dumping\n${line()}`, exitCode: 0 } };
    played = new PlayedJobs(server, "dump", courses);
    dump = new Managed("greenlight:kubernetes:DumpJob", "green-snapshot");
  });
  afterEach(() => server.stop());

  it("is what the last line says of it, and keeps that", async () => {
    const seen = { name: "v2-20260302T100000Z", bytes: 4_096, sha256, tables: 3, dumpedBy: name };
    expect(await dump.create(inputs())).toMatchObject({ ...seen, takenAt: "2026-03-02T10:00:00.000Z" });
    expect(await dump.refresh()).toMatchObject(seen);
    expect(created()).toBe(1);
  });

  it("runs a script that is the same for every release, once, and tells it nothing but by variables", async () => {
    await dump.create(inputs());
    const spec = server.get("jobs", name)?.spec as { template: { spec: { containers: [{ command: string[] }] } } };
    expect(spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 60, ttlSecondsAfterFinished: 3_600 });
    const [{ command }] = spec.template.spec.containers;
    expect(command.slice(0, 2)).toEqual(["/bin/sh", "-c"]);
    expect(command[2]).toContain("pg_dump");
    expect(command.join("\n")).not.toContain("v2");
  });

  it("is what a program of the team's own prints, which need not say what it holds", async () => {
    courses[name] = { prints: line({ name: "s3://backups/shop/v2.dump", held: undefined }), exitCode: 0 };
    const command = ["/usr/local/bin/dump-to-store"];
    const before = Date.now();
    const { name: said, takenAt } = await dump.create(inputs({ command }));
    expect(said).toBe("s3://backups/shop/v2.dump");
    expect(Date.parse(String(takenAt))).toBeGreaterThanOrEqual(before);
    expect(server.get("jobs", name)?.spec).toMatchObject({ template: { spec: { containers: [{ command }] } } });
  });

  it.each([
    ["says nothing", "dumping\n", "is not believed"],
    ["says no checksum", line({ sha256: "" }), "is not believed"],
    ["says that it is empty", line({ bytes: 0 }), "is not believed"],
    ["says no JSON", "greenlight-dump {name\n", "is not believed"],
    ["is of another release", line({ held: held("v1") }), "taken before v1, not v2"],
  ])("is refused when its Job %s, and nothing is migrated", async (_, prints, says) => {
    courses[name] = { prints, exitCode: 0 };
    const refused = dump.create(inputs());
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.toThrow("Nothing was migrated and no traffic was moved");
  });

  it("is refused when its Job ends badly, whatever it printed, with its last lines", async () => {
    courses[name] = { prints: `${line()}pg_dump: error: permission denied\n`, exitCode: 1 };
    await expect(dump.create(inputs())).rejects.toThrow(/its container ended with 1[\s\S]*permission denied/);
  });

  it("is refused when what comes before it fails, with the last lines of that one", async () => {
    courses[name] = { prints: "greenlight: the image has no rclone on its PATH\n", exitCode: 1, failsBefore: "client" };
    const refused = dump.create(inputs({ keptIn: "store" }));
    await expect(refused).rejects.toThrow(/its container client, which comes first, ended with 1[\s\S]*has no rclone/);
    await expect(refused).rejects.toThrow("--container client");
    expect(server.logsAsked).toEqual(["client"]);
  });

  it("runs the script of where it is kept", async () => {
    await dump.create(inputs({ keptIn: "store" }));
    const spec = server.get("jobs", name)?.spec as { template: { spec: { containers: [{ command: string[] }] } } };
    expect(spec.template.spec.containers[0].command[2]).toContain("GREENLIGHT_STORE");
  });

  it("says where to make room when it did not fit", async () => {
    courses[name] = { prints: "pg_dump: error: could not write: No space left on device\n", exitCode: 1 };
    await expect(dump.create(inputs())).rejects.toThrow("make room on the claim backups");
  });

  it("is gone along with while it runs: an engine that was killed may have begun it", async () => {
    courses[name] = { prints: line() };
    const first = dump.create(inputs());
    await server.watched("jobs", "pods");
    const again = new Managed("greenlight:kubernetes:DumpJob", "green-snapshot");
    const second = again.create(inputs());
    await eventually("the second to wait", async () => again.told.find((it) => it.includes("runs already")));
    played.finish(name, true);
    await Promise.all([first, second]);
    expect(created()).toBe(1);
  });

  it("is not taken again when its Job ended while no engine was there to see it", async () => {
    await dump.create(inputs());
    const again = new Managed("greenlight:kubernetes:DumpJob", "green-snapshot");
    expect(await again.create(inputs())).toMatchObject({ sha256 });
    expect(again.told).toContainEqual(expect.stringContaining("it is not run again"));
    expect(created()).toBe(1);
  });

  it("is taken anew where such an end was not believed: what made it so may be mended", async () => {
    courses[name] = { prints: "dumping\n", exitCode: 0 };
    await expect(dump.create(inputs())).rejects.toThrow("is not believed");
    courses[name] = { prints: line(), exitCode: 0 };
    expect(await dump.create(inputs())).toMatchObject({ sha256 });
    expect(created()).toBe(2);
  });

  it("is taken anew where such an end is old, or older than the dump on record", async () => {
    await dump.create(inputs());
    const known = server.get("jobs", name);
    const status = { ...(known?.status as object), completionTime: new Date(Date.now() - 3_600_000).toISOString() };
    server.put("jobs", { metadata: { name }, ...known, status });
    await new Managed("greenlight:kubernetes:DumpJob", "green-snapshot").create(inputs());
    expect(created()).toBe(2);

    const later = new Date(Date.now() + 1_000).toISOString();
    courses["shop-dump-v3"] = { prints: line({ name: "v3-1", held: held("v3", later) }), exitCode: 0 };
    await dump.update(inputs({ version: "v3", job: job("shop-dump-v3") }));
    await dump.update(inputs());
    expect(created()).toBe(3);
  });

  it("of a version that has one is no change, however it would be taken now; only its Job is removed with it, whose end would stand for a later dump", async () => {
    await dump.create(inputs());
    expect(await dump.differs(inputs({ command: ["other"], keepMs: 60_000, place: "elsewhere" }))).toBe(false);
    expect(await dump.differs(inputs({ version: "v3" }))).toBe(true);
    const before = server.requests.length;
    await dump.delete();
    expect(server.requests.slice(before)).toEqual(["delete jobs"]);
  });
});
