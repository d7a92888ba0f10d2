import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openClient } from "../../../provider/kubernetes/client.ts";
import { playReplace } from "../../../provider/kubernetes/dump/playReplace.ts";
import type { JobPlan } from "../../../provider/kubernetes/jobs.ts";
import { exitCodes } from "../../../release/exitCodes.ts";
import { ApiServer } from "./apiServer.ts";
import { type Course, PlayedJobs } from "./playedJobs.ts";

const plan: JobPlan = {
  name: "shop-restore",
  labels: { "greenlight/job": "shop-restore" },
  digest: "1",
  pod: { containers: [{ name: "dump", image: "registry.example/postgres@sha256:1" }] },
  deadlineSeconds: 60,
  keepSeconds: 600,
};
const said = (over: object) =>
  `greenlight-replaced ${JSON.stringify({ stage: "done", tables: 4, rows: 100, kept: null, dropped: true, ...over })}\n`;
const kept = "shop_before_restore_20260105_120000";

describe("a dump that a Job puts in the place of the database", () => {
  let server: ApiServer;
  let courses: Record<string, Course>;
  let stopping: AbortController;

  beforeEach(async () => {
    server = await ApiServer.start();
    courses = {};
    new PlayedJobs(server, "dump", courses);
    stopping = new AbortController();
  });
  afterEach(() => server.stop());

  function play(course: Course) {
    courses["shop-restore"] = course;
    const step = { urn: "", name: "rollback", signal: stopping.signal, tell: () => {} };
    const names = { dump: "before-v2", scratch: "restore_shop_1" };
    return playReplace(openClient(server.access), step, [plan, "dump"], names);
  }

  it("is believed by what the Job says at its end", async () => {
    expect(await play({ prints: said({ kept }), exitCode: 0 })).toEqual({ tables: 4, rows: 100, kept });
  });

  it("is in its place once the names are swapped, however the Job ended", async () => {
    expect(await play({ prints: said({ kept }), exitCode: 1 })).toMatchObject({ kept });
  });

  it("leaves the database its name where the names were not swapped", async () => {
    await expect(play({ prints: said({ stage: "compare" }), exitCode: 1 })).rejects.toMatchObject({
      happened: expect.stringMatching(/was not put in the place of the database: it did not come back as it was taken/),
      untouched: "Traffic is back; the database keeps its name and its content.",
    });
  });

  it.each<[string, Course, RegExp]>([
    [
      "says nothing",
      { prints: "", exitCode: 137 },
      /is not known: its container ended with 137\. It printed nothing\./,
    ],
    ["has a log that is not told", { exitCode: 0 }, /is not known.* What it printed could not be read: status 400\./],
  ])("is not known to have its place where the Job %s", async (_, course, happened) => {
    await expect(play(course)).rejects.toMatchObject({
      happened: expect.stringMatching(happened),
      next: expect.stringContaining("look which databases there are (psql --list) before anything else"),
    });
  });

  it("is not known to have its place where somebody stops meanwhile, who is told to look first", async () => {
    const playing = play({ prints: "swapping the names\n" });
    await server.watched("jobs", "pods");
    stopping.abort(new Error("Ctrl-C"));
    await expect(playing).rejects.toMatchObject({
      happened: "Interrupted while the dump before-v2 was put in the place of the database.",
      untouched: expect.stringMatching(/Which database has the name, the server says.*restore_shop_1 may be left/),
      next: expect.stringContaining("psql --list"),
      exitCode: exitCodes.interrupted,
    });
  });
});
