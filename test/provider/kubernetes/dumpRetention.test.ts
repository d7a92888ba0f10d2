import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Managed } from "../managed.ts";
import { ApiServer } from "./apiServer.ts";
import { type Course, PlayedJobs } from "./playedJobs.ts";

const jobs = { list: "shop-dumps-list", removal: "shop-dumps-remove" } as const;
const of = (day: number) => `v${day}-2026030${day}T100000Z`;
const listed = (day: number, whole = true) =>
  `greenlight-listed ${of(day)} 4096 ${whole ? JSON.stringify({ release: `v${day}`, takenAt: `2026-03-0${day}T10:00:00.000Z`, server: "17.2" }) : "null"}`;

describe("the retention of dumps on a claim", () => {
  let server: ApiServer;
  let retention: Managed;
  let courses: Record<string, Course>;
  const inputs = (over: object = {}) => ({
    access: server.access,
    jobs: { list: job(jobs.list), removal: job(jobs.removal) },
    pod: { containers: [{ name: "dump", image: "postgres@sha256:1" }] },
    keep: 1,
    deployed: ["v4"],
    deadlineMs: 60_000,
    keepMs: 3_600_000,
    ...over,
  });
  const job = (name: string) => ({ name, labels: { "greenlight/job": name } });
  const there = (...lines: string[]) => {
    courses[jobs.list] = { prints: `${lines.join("\n")}\ngreenlight-count ${lines.length}\n`, exitCode: 0 };
  };
  const removes = (...days: number[]) => {
    const lines = days.map((day) => `greenlight-removed ${of(day)}\n`);
    courses[jobs.removal] = { prints: lines.join(""), exitCode: 0 };
  };
  /** What the removing Job was told to remove. */
  const told = () => {
    const spec = server.get("jobs", jobs.removal)?.spec as
      | { template: { spec: { containers: [{ command: string[] }] } } }
      | undefined;
    return spec?.template.spec.containers[0].command.slice(4);
  };

  beforeEach(async () => {
    server = await ApiServer.start();
    courses = {};
    new PlayedJobs(server, "dump", courses);
    retention = new Managed("greenlight:kubernetes:DumpRetention", "dump-retention");
  });
  afterEach(() => server.stop());

  it("removes by name what is beyond the newest, and keeps what a deployed version may need", async () => {
    there(listed(1), listed(2), listed(3), listed(4), listed(5));
    removes(1, 3, 4);
    expect(await retention.create(inputs({ deployed: ["v2"] }))).toMatchObject({
      removed: [of(1), of(3), of(4)],
      kept: 2,
    });
    expect(told()).toEqual([of(1), of(3), of(4)]);
  });

  it("runs nothing that removes where everything stays: the newest whole one, and what is not whole", async () => {
    there(listed(1, false), listed(2, false), listed(3));
    expect(await retention.create(inputs({ deployed: [] }))).toMatchObject({ removed: [], kept: 3 });
    expect(server.created).toEqual([jobs.list]);
  });

  it.each([
    ["says no count", `${listed(1)}\n${listed(5)}\n`, 0, "does not say how many"],
    ["tells fewer than there are", `${listed(5)}\ngreenlight-count 2\n`, 0, "2 are there, 1 told"],
    ["ends badly", "", 1, "its container ended with 1"],
  ])("removes nothing when the list %s", async (_, prints, exitCode, says) => {
    courses[jobs.list] = { prints, exitCode };
    const refused = retention.create(inputs());
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.toThrow("No dump was removed");
    expect(server.created).toEqual([jobs.list]);
  });

  it("says so when not all are gone that should be", async () => {
    there(listed(1), listed(2), listed(5));
    removes(1);
    await expect(retention.create(inputs())).rejects.toThrow("1 of 2 dumps were removed");
  });

  it("does it again after each release, and nothing when it goes", async () => {
    there(listed(1), listed(4));
    await retention.create(inputs({ deployed: ["v1", "v4"] }));
    removes(1);
    expect((await retention.update(inputs({ deployed: ["v4"] }))).removed).toEqual([of(1)]);
    const requests = server.requests.length;
    await retention.delete();
    expect(server.requests).toHaveLength(requests);
  });
});
