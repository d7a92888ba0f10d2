import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../processes.ts";
import { Managed } from "../managed.ts";
import { ApiServer } from "./apiServer.ts";
import { type Course, PlayedJobs } from "./playedJobs.ts";

const jobs = { migration: "shop-migrate-v2", verification: "shop-verify-v2" } as const;
type What = keyof typeof jobs;

describe("a migration as Jobs of a cluster", () => {
  let server: ApiServer;
  let migration: Managed;
  let courses: Record<string, Course>;
  let played: PlayedJobs;
  const inputs = (over: object = {}) => ({
    access: server.access,
    version: "v2",
    jobs: { migration: job("migration"), verification: job("verification") },
    pod: { containers: [{ name: "api", image: "registry.example/api@sha256:1" }] },
    command: ["npx", "prisma", "migrate", "deploy"],
    verify: ["npx", "prisma", "migrate", "status"],
    prints: "up to date",
    deadlineMs: 60_000,
    keepMs: 3_600_000,
    ...over,
  });
  const job = (what: What) => ({
    name: jobs[what],
    labels: { "app.kubernetes.io/instance": "shop", "greenlight/job": jobs[what] },
  });

  const created = () => server.requests.filter((it) => it === "create jobs").length;

  beforeEach(async () => {
    server = await ApiServer.start();
    courses = {
      [jobs.migration]: { prints: "1 migration applied\n", exitCode: 0 },
      [jobs.verification]: { prints: "Database schema is up to date!\n", exitCode: 0 },
    };
    played = new PlayedJobs(server, "api", courses);
    migration = new Managed("greenlight:kubernetes:MigrationJob", "green-migration");
  });
  afterEach(() => server.stop());

  it("is believed by what the second Job prints", async () => {
    expect(await migration.create(inputs())).toMatchObject({
      verifiedBy: "Database schema is up to date!",
      migratedBy: jobs.migration,
    });
    expect(created()).toBe(2);
  });

  it("runs each Job once, ends it by its own deadline, and keeps it with its log for a time", async () => {
    await migration.create(inputs());
    expect(server.get("jobs", jobs.migration)?.spec).toMatchObject({
      backoffLimit: 0,
      activeDeadlineSeconds: 60,
      ttlSecondsAfterFinished: 3_600,
      template: { spec: { restartPolicy: "Never", containers: [{ command: inputs().command }] } },
    });
  });

  it("fails with the exit code and the last lines when the migration does, and asks the database nothing", async () => {
    courses[jobs.migration] = { prints: "applying 2_add_column\nERROR: column exists\n", exitCode: 1 };
    const refused = migration.create(inputs());
    await expect(refused).rejects.toThrow(/The migration to v2 failed: its container ended with 1/);
    await expect(refused).rejects.toThrow(/ERROR: column exists[\s\S]*kubectl logs job\/shop-migrate-v2/);
    expect(created()).toBe(1);
  });

  it.each<[string, Course, string]>([
    [
      "prints something else",
      { prints: "1 migration pending\n", exitCode: 0 },
      'no line of the verification holds "up to date"',
    ],
    ["prints nothing", { prints: "", exitCode: 0 }, "It printed nothing"],
    ["has a log that is not told", { exitCode: 0 }, "What it printed could not be read: status 400."],
    ["ends badly, whatever it prints", { prints: "up to date\n", exitCode: 3 }, "its container ended with 3"],
  ])("is not believed when the second Job %s", async (_, course, says) => {
    courses[jobs.verification] = course;
    await expect(migration.create(inputs())).rejects.toThrow(says);
  });

  it("is not begun again while it runs: an engine that was killed may have begun it", async () => {
    courses[jobs.migration] = { prints: "working\n" };
    const first = migration.create(inputs());
    await server.watched("jobs", "pods");
    const again = new Managed("greenlight:kubernetes:MigrationJob", "green-migration");
    const second = again.create(inputs());
    await eventually("the second to wait", async () => again.told.find((line) => line.includes("runs already")));
    played.finish(jobs.migration, true);
    await Promise.all([first, second]);
    expect(server.created.filter((name) => name === jobs.migration)).toHaveLength(1);
  });

  it("leaves a Job of that name alone that does something else", async () => {
    courses[jobs.migration] = { prints: "working\n" };
    const first = migration.create(inputs()).catch((error: unknown) => error);
    await server.watched("jobs", "pods");
    const other = new Managed("greenlight:kubernetes:MigrationJob", "green-migration");
    await expect(other.create(inputs({ command: ["drop", "everything"] }))).rejects.toThrow(
      "The Job shop-migrate-v2 runs, and does something else than is asked now",
    );
    expect(server.get("jobs", jobs.migration)).toBeDefined();
    played.finish(jobs.migration, true);
    await first;
  });

  it("takes away the Job of an earlier try that has ended, and runs anew", async () => {
    courses[jobs.migration] = { prints: "no room\n", exitCode: 1 };
    await expect(migration.create(inputs())).rejects.toThrow("ended with 1");
    courses[jobs.migration] = { prints: "done\n", exitCode: 0 };
    await expect(migration.create(inputs())).resolves.toMatchObject({ migratedBy: jobs.migration });
    expect(server.created.filter((name) => name === jobs.migration)).toHaveLength(2);
  });

  it("says what keeps its pod from starting, and takes the Job away: nothing would end it", async () => {
    server.onChanged = (verb, kind, name) => {
      if (kind !== "jobs" || verb !== "create") return;
      const waiting = { reason: "ImagePullBackOff", message: "no such manifest" };
      server.put("pods", {
        metadata: { name: `${name}-x1`, labels: server.get("jobs", name)?.metadata.labels ?? {} },
        status: { containerStatuses: [{ name: "api", state: { waiting } }] },
      });
    };
    await expect(migration.create(inputs())).rejects.toThrow(
      "its pod shop-migrate-v2-x1 does not start: its image cannot be pulled: no such manifest",
    );
    expect(server.get("jobs", jobs.migration)).toBeUndefined();
  });

  it("says why the cluster made no pod for it, where it may read that", async () => {
    const message = 'Error creating: pods "shop-migrate-v2-x1" is forbidden: exceeded quota: small, used: pods=4';
    let told = true;
    server.onChanged = (verb, kind, name) => {
      if (kind !== "jobs" || verb !== "create") return;
      if (told) server.put("events", { metadata: { name: "one" }, reason: "FailedCreate", message });
      const known = server.get("jobs", name);
      const late = { type: "Failed", status: "True", reason: "DeadlineExceeded", message: "too late" };
      server.put("jobs", { metadata: { name }, ...known, status: { conditions: [late] } });
    };
    await expect(migration.create(inputs())).rejects.toThrow(`no pod of it was made: ${message}`);
    told = false;
    server.remove("events", "one");
    await expect(migration.create(inputs())).rejects.toThrow("it was not done in 60 s and was stopped");
  });

  it("is taken away when the update is cancelled: nothing goes on migrating behind the next one's back", async () => {
    courses[jobs.migration] = { prints: "working\n" };
    const cancelled = migration.create(inputs());
    await server.watched("jobs", "pods");
    migration.provider.stop("cancelled");
    await expect(cancelled).rejects.toThrow();
    expect(server.get("jobs", jobs.migration)).toBeUndefined();
  });

  it("of a version that is migrated is no change, however its Jobs would run now", async () => {
    await migration.create(inputs());
    expect(await migration.differs(inputs({ command: ["other"], keepMs: 60_000 }))).toBe(false);
    expect(await migration.differs(inputs({ version: "v3" }))).toBe(true);
  });
});
