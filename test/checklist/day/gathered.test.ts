import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { antiPatterns } from "../../../project/checklist/antiPatterns.ts";
import { day } from "../../../project/checklist/day.ts";
import type { Gathering } from "../../../project/checklist/gathering.ts";
import { writeRunbookFile } from "../../../project/runbookFile.ts";
import { tagRelease } from "../../../project/tag.ts";
import { checklistItems } from "../../../release/checklist/items/index.ts";
import type { ItemVerdict } from "../../../release/checklist/judge.ts";
import { judgeChecklist } from "../../../release/checklist/judge.ts";
import { type JournalRecord, journalRecordSchema } from "../../../release/journalRecord.ts";
import { sentence } from "../../../release/problem.ts";
import { Repository } from "../../project/repository.ts";
import { ics } from "../../release/calendar/calendars.ts";
import { type GatheringOptions, gatheringIn, manifestText, settingsWith, version } from "./gathering.ts";

const repositories: Repository[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const it of repositories.splice(0)) it.remove();
  for (const it of servers.splice(0)) it.close();
});

/** A project whose release is merged and pushed; `released` is the commit that its manifest names. */
function released(folder = ""): { readonly repository: Repository; readonly commit: string } {
  const repository = new Repository();
  repositories.push(repository);
  const at = (path: string) => (folder === "" ? path : `${folder}/${path}`);
  repository.write(at("Pulumi.prod.yaml"), "config: {}\n");
  const commit = repository.commit(at("server.js"));
  repository.commit(at(`releases/${version}.yaml`), manifestText(`commit: ${commit}`));
  repository.run("push", "--quiet", "--set-upstream", "origin", "main");
  return { repository, commit };
}

/** A project whose files are there, for items that do not ask git. */
function unreleased(): { readonly repository: Repository } {
  const repository = new Repository("alone");
  repositories.push(repository);
  repository.write(`releases/${version}.yaml`, manifestText());
  return { repository };
}

/** Gathers the facts of one item as a release does, and judges them. */
async function found(id: string, it: Gathering): Promise<ItemVerdict> {
  const gather = { ...day, ...antiPatterns }[id];
  if (gather === undefined) throw new Error(`nobody gathers ${id}`);
  const facts = await Promise.resolve()
    .then(() => gather(it))
    .catch((error: unknown) => ({ problem: sentence(error) }));
  const { commit } = it.manifest.manifest;
  const verdict = judgeChecklist(
    checklistItems,
    {
      version,
      ...(commit === undefined ? {} : { commit }),
      phase: "day",
      gatheredAt: it.now.toISOString(),
      items: { [id]: facts },
      overrides: [],
    },
    it.now,
  );
  const item = verdict.items.find((one) => one.id === id);
  if (item === undefined) throw new Error(`no item ${id}`);
  return item;
}

describe("day/merged, as git tells it", () => {
  const judge = (repository: Repository, options: GatheringOptions = {}) =>
    found("day/merged", gatheringIn(repository, options));

  it.each(["", "deploy/shop"])("passes for a merged commit and a clean tree (project in %j)", async (folder) => {
    const { repository } = released(folder);
    expect(await judge(repository, { folder })).toMatchObject({ verdict: "pass" });
  });

  it("what a release writes itself does not count", async () => {
    const { repository } = released("shop");
    repository.write("shop/Pulumi.prod.yaml", "config: { greenlight:green: v1.2.3 }\n");
    repository.write(`shop/releases/${version}.evidence.jsonl`, "{}\n");
    repository.write(`shop/releases/${version}.runbook.md`, "# Runbook\n");
    repository.write("shop/.greenlight/prod/journal.jsonl", "{}\n");
    repository.write("elsewhere/file", "another project of the repository\n");
    expect(await judge(repository, { folder: "shop" })).toMatchObject({ verdict: "pass" });
  });

  it("evidence that the manifest names need not be committed, whatever else lies beside it must", async () => {
    const { repository, commit } = released();
    repository.commit(
      `releases/${version}.yaml`,
      manifestText(`commit: ${commit}`, "evidence: { tests/unit: { files: [../reports/unit.xml] } }"),
    );
    repository.run("push", "--quiet");
    repository.write("reports/unit.xml", "<testsuites/>");
    expect(await judge(repository)).toMatchObject({ verdict: "pass" });
    repository.write("reports/other.xml", "<testsuites/>");
    expect(await judge(repository)).toMatchObject({
      verdict: "fail",
      reason: "1 file is not as committed: reports/other.xml",
    });
  });

  it.each<[string, (repository: Repository) => void, RegExp]>([
    ["a changed file", (it) => it.write("server.js", "changed"), /server\.js/],
    [
      "a staged file",
      (it) => {
        it.write("new.js", "x");
        it.run("add", "new.js");
      },
      /new\.js/,
    ],
    ["a deleted file", (it) => it.run("rm", "--quiet", "server.js"), /server\.js/],
    ["a file that git does not know", (it) => it.write("new.js", "x"), /new\.js/],
    ["the stack file of another stack", (it) => it.write("Pulumi.dev.yaml", "config: {}"), /Pulumi\.dev\.yaml/],
  ])("%s fails", async (_, change, reason) => {
    const { repository } = released();
    change(repository);
    expect(await judge(repository)).toMatchObject({ verdict: "fail", reason: expect.stringMatching(reason) });
  });

  it("a commit that is only on a branch fails, and one that is merged but not pushed too", async () => {
    const { repository } = released();
    repository.run("switch", "--quiet", "--create", "topic");
    const topic = repository.commit("topic.js");
    repository.commit(`releases/${version}.yaml`, manifestText(`commit: ${topic}`));
    expect(await judge(repository)).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("not part of origin/main"),
    });
    repository.run("switch", "--quiet", "main");
    repository.run("merge", "--quiet", "--no-ff", "--message=Merge", "topic");
    expect(await judge(repository)).toMatchObject({ verdict: "fail" });
    repository.run("push", "--quiet");
    expect(await judge(repository)).toMatchObject({ verdict: "pass" });
  });

  it("fails where something older is checked out", async () => {
    const { repository } = released();
    const { manifest } = gatheringIn(repository);
    const late = repository.commit("late.js");
    repository.run("push", "--quiet");
    repository.run("switch", "--quiet", "--detach", "HEAD~1");
    const it = gatheringIn(repository);
    const asked = { ...it, manifest: { ...manifest, manifest: { ...manifest.manifest, commit: late } } };
    expect(await found("day/merged", asked)).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("checked out"),
    });
  });
});

describe("day/tag, as git tells it", () => {
  it("fails without, passes with the tag that the release makes, fails when it is gone from origin", async () => {
    const { repository, commit } = released();
    const judge = () => found("day/tag", gatheringIn(repository));
    expect(await judge()).toMatchObject({ verdict: "fail", reason: "there is no tag v1.2.3" });
    await tagRelease(repository.git, version, commit);
    expect(await judge()).toMatchObject({ verdict: "pass" });
    repository.run("push", "--quiet", "--delete", "origin", version);
    expect(await judge()).toMatchObject({ verdict: "fail", reason: "origin does not have the tag v1.2.3" });
  });

  it("fails for the tag on the commit of the manifest, which cannot name itself", async () => {
    const { repository } = released();
    await tagRelease(repository.git, version, repository.run("rev-parse", "HEAD"));
    expect(await found("day/tag", gatheringIn(repository))).toMatchObject({ verdict: "fail" });
  });
});

describe("day/runbook, as the plan gives it", () => {
  it("fails without, passes once written, and stays so while the release itself changes the settings", async () => {
    const { repository } = unreleased();
    const judge = (more: object = {}) =>
      found("day/runbook", gatheringIn(repository, { settings: settingsWith({ ...more }) }));
    expect(await judge()).toMatchObject({ verdict: "fail", reason: expect.stringContaining("there is no releases/") });
    writeRunbookFile(gatheringIn(repository));
    expect(await judge()).toMatchObject({ verdict: "pass" });
    expect(await judge({ green: version })).toMatchObject({ verdict: "pass" });
    expect(await judge({ green: version, live: "green" })).toMatchObject({ verdict: "pass" });
    expect(await judge({ watch: { for: "15m" } })).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("out of date"),
    });
    expect(await judge({ blue: "v1.2.1" })).toMatchObject({ verdict: "fail" });
  });
});

describe("day/window and anti-patterns/end-of-day, as the settings say", () => {
  const now = new Date("2026-11-24T10:00:00Z");
  const judge = (repository: Repository, id: string, calendar?: object, at = now) =>
    found(id, gatheringIn(repository, { settings: settingsWith(calendar === undefined ? {} : { calendar }), now: at }));

  it.each(["day/window", "anti-patterns/end-of-day"])("%s fails without a zone, with the key to set", async (id) => {
    const { repository } = unreleased();
    expect(await judge(repository, id)).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("greenlight:calendar.zone"),
    });
    expect(await judge(repository, id, { zone: "Europe/Berlin" })).toMatchObject({ verdict: "pass" });
  });

  it("holidays come from the project's files; one that is missing, broken or a way out of the project fails", async () => {
    const { repository } = unreleased();
    const calendar = { teams: { shop: { zone: "Europe/Berlin", holidays: ["holidays.ics"] } } };
    const window = () => judge(repository, "day/window", calendar);
    expect((await window()).reason).toMatch(/holidays\.ics cannot be taken: there is no such file/);
    repository.write("holidays.ics", ics(["DTSTART;VALUE=DATE:20261125", "SUMMARY:Tomorrow"]));
    expect(await window()).toMatchObject({ verdict: "pass" });
    repository.write("holidays.ics", ics(["DTSTART;VALUE=DATE:20261124", "SUMMARY:Today"]));
    expect((await window()).reason).toMatch(/has a holiday until Wed 2026-11-25 00:00 Europe\/Berlin: Today/);
    repository.write("holidays.ics", "BEGIN:VCALENDAR\r\n");
    expect((await window()).reason).toMatch(/holidays\.ics cannot be taken: .*END:VCALENDAR/);
  });

  it("a journal of tomorrow shows that the clock was set back", async () => {
    const { repository } = unreleased();
    const record: JournalRecord = {
      type: "interrupted",
      id: "1",
      at: "2026-11-25T10:00:00.000Z",
      version: "v1.2.2",
      by: "ann",
      pid: 1,
    };
    const settings = settingsWith({ calendar: { zone: "Europe/Berlin" } });
    expect(await found("day/window", gatheringIn(repository, { settings, now, journal: [record] }))).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("set back"),
    });
  });
});

describe("what is left of the plan, as the journal has it", () => {
  const now = new Date("2026-11-24T11:00:00Z");
  // 08:00 to 13:00 in UTC; the plan takes three hours, the watch one.
  const calendar = {
    teams: { shop: { zone: "Europe/Berlin", windows: [{ days: ["tue"], from: "09:00", until: "14:00" }] } },
  };
  type Step = Pick<JournalRecord, "type"> & { readonly at: string } & Record<string, unknown>;
  const started = (at = "08:50", more: object = {}) => ({ type: "release-started", at, ...more }) as Step;
  const phase = (type: string, at: string, id = "deploy") => ({ type, at, phase: id, reason: "x" }) as unknown as Step;
  const rollback = { type: "rollback", at: "10:20", to: "blue", toVersion: "v1.2.2", reason: "x", database: "kept" };
  const ended = { type: "release-ended", at: "10:20", outcome: "failed", sentence: "x" };
  const steps = [phase("phase-started", "09:00"), phase("phase-done", "10:00")];

  async function judge(id: string, plan: readonly unknown[]) {
    const { repository } = unreleased();
    repository.write(`releases/${version}.yaml`, manifestText("duration: 3h"));
    const it = gatheringIn(repository, { settings: settingsWith({ calendar }), now });
    const journal = (plan as Step[]).map(({ at, reason, ...rest }, index) => ({
      id: String(index),
      version,
      by: "ann",
      pid: 1,
      ...(rest.type === "release-started" ? { manifestDigest: it.manifest.digest } : {}),
      ...(rest.type === "phase-failed" || rest.type === "rollback" ? { reason } : {}),
      ...rest,
      at: at.length === 5 ? `2026-11-24T${at}:00.000Z` : at,
    }));
    return found(id, { ...it, journal: z.array(journalRecordSchema).parse(journal) });
  }

  it("is enough at the switch", async () => {
    const plan = [started(), ...steps];
    expect(await judge("day/window", plan)).toMatchObject({
      verdict: "pass",
      reason: expect.stringContaining("what is left of the plan, begun at 2026-11-24T09:00:00.000Z, takes 60 min"),
    });
    expect(await judge("anti-patterns/end-of-day", plan)).toMatchObject({ verdict: "pass" });
  });

  it("is counted from the deployment that was taken up again", async () => {
    const again = [phase("phase-failed", "09:10"), phase("phase-started", "10:30"), phase("phase-done", "10:40")];
    expect(await judge("day/window", [started(), phase("phase-started", "09:00"), ...again])).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("begun at 2026-11-24T10:30:00.000Z, takes 2 h 30 min, but the window closes"),
    });
  });

  it.each<[string, readonly unknown[]]>([
    ["no release is under way", []],
    ["it has only started", [started()]],
    ["its deployment is under way", [started(), phase("phase-started", "09:00")]],
    ["its deployment failed", [started(), ...steps, phase("phase-failed", "10:10")]],
    ["it was rolled back", [started(), ...steps, rollback]],
    ["it has ended", [started(), ...steps, ended]],
    ["another version is under way", [started(), ...steps].map((it) => ({ ...it, version: "v1.2.2" }))],
    ["another version began after it", [started(), ...steps, started("10:30", { version: "v1.2.4" })]],
    ["it was begun with another manifest", [started("08:50", { manifestDigest: "other" }), ...steps]],
    ["it is said to have begun before its release", [started("09:30"), ...steps]],
    [
      "it is said to be done before it began",
      [started("08:50"), phase("phase-started", "10:00"), phase("phase-done", "09:30")],
    ],
    [
      "it is said to have begun before what the journal had already",
      [{ ...ended, version: "v1.2.2", at: "09:45" }, started(), ...steps],
    ],
  ])("is all of it when %s", async (_, plan) => {
    expect(await judge("day/window", plan)).toMatchObject({
      verdict: "fail",
      reason: expect.stringMatching(/^the plan takes 3 h, but the window closes in 2 h/),
    });
  });
});

describe("day/briefing, as the journal has it", () => {
  const now = new Date("2026-11-24T10:00:00Z");
  const brief = (more: object = {}): JournalRecord => ({
    type: "announcement",
    id: "1",
    at: "2026-11-24T09:30:00.000Z",
    version,
    by: "ann",
    pid: 1,
    kind: "brief",
    to: ["chat"],
    text: "steps",
    results: [{ channel: "chat", to: "#deploys", ok: true, response: "ok", at: "2026-11-24T09:30:00.000Z" }],
    ...more,
  });
  const ops = (more: object = {}) => ({
    channel: "ops",
    to: "#ops",
    ok: true,
    response: "ok",
    at: "2026-11-24T09:30:00.000Z",
    ...more,
  });
  const refused = ops({ ok: false, status: 404, response: "no such room" });
  const later = (hour: string, results: object[]) =>
    brief({ id: hour, at: `2026-11-24T${hour}:00.000Z`, to: [], results });
  it.each<[string, JournalRecord[], "pass" | "fail", RegExp]>([
    ["a briefing that arrived passes", [brief()], "pass", /briefed #deploys/],
    ["none fails", [], "fail", /no briefing/],
    ["one of another version fails", [brief({ version: "v1.2.2" })], "fail", /no briefing of this version/],
    ["an announcement of another kind fails", [brief({ kind: "start" })], "fail", /no briefing/],
    [
      "one that was only shown on a terminal fails",
      [brief({ results: undefined, to: ["terminal"] })],
      "fail",
      /no briefing/,
    ],
    ["one of two channels, a record each", [brief(), later("09:31", [ops()])], "pass", /#deploys, #ops 30 min ago/],
    [
      "one that failed in the first of two channels fails, though the last one has it",
      [later("09:20", [refused]), brief()],
      "fail",
      /did not reach 1: #ops \(no such room\)/,
    ],
    ["one that failed in the last channel fails", [brief(), later("09:31", [refused])], "fail", /did not reach 1/],
    [
      "a channel that failed and was told later counts as told",
      [later("09:20", [refused]), brief(), later("09:40", [ops()])],
      "pass",
      /#deploys, #ops/,
    ],
    [
      "a second try that fails takes nothing from whoever has it",
      [brief(), later("09:31", [ops()]), later("09:40", [refused])],
      "pass",
      /#deploys, #ops/,
    ],
    [
      "a record that was sent to nobody takes nothing from whoever has it",
      [brief(), later("09:40", [])],
      "pass",
      /#deploys/,
    ],
    [
      "one is as old as the first channel's that was told",
      [brief({ id: "0", at: "2026-11-23T09:40:00.000Z" }), later("09:31", [ops()])],
      "fail",
      /old; at most 24 h/,
    ],
  ])("%s", async (_, journal, verdict, reason) => {
    const { repository } = unreleased();
    const it = await found("day/briefing", gatheringIn(repository, { now, journal }));
    expect(it).toMatchObject({ verdict, reason: expect.stringMatching(reason) });
  });

  it("a channel that failed three days ago is of another briefing", async () => {
    const { repository } = unreleased();
    const journal = [brief({ id: "0", at: "2026-11-21T09:30:00.000Z", results: [refused] }), brief()];
    expect(await found("day/briefing", gatheringIn(repository, { now, journal }))).toMatchObject({ verdict: "pass" });
  });
});

describe("anti-patterns/big-bang, as git counts", () => {
  it("counts commits and migrations since the release before, and not those of before", async () => {
    const repository = new Repository("alone");
    repositories.push(repository);
    repository.commit("migrations/001_init/migration.sql");
    repository.run("tag", "--annotate", "--message=x", "v1.2.2");
    for (let index = 2; index < 8; index += 1) repository.commit(`migrations/00${index}_more/migration.sql`);
    const commit = repository.commit("server.js");
    repository.commit(
      `releases/${version}.yaml`,
      manifestText(`commit: ${commit}`, "database: { tool: sql, directory: ../migrations }"),
    );
    const settings = settingsWith({ database: { name: "shop", user: "shop" } });
    expect(await antiPatterns["anti-patterns/big-bang"]?.(gatheringIn(repository, { settings }))).toEqual({
      features: 1,
      services: 1,
      migrations: 6,
      commits: 7,
      since: "v1.2.2",
    });
    expect((await found("anti-patterns/big-bang", gatheringIn(repository, { settings }))).reason).toBe(
      "6 migrations, more than 5",
    );
  });
});

describe("anti-patterns/unwatched, as settings and platform say", () => {
  it("passes with the defaults before the first deployment, and fails for a watch of a minute", async () => {
    const { repository } = unreleased();
    expect(await found("anti-patterns/unwatched", gatheringIn(repository))).toMatchObject({ verdict: "pass" });
    const settings = settingsWith({ watch: { for: "1m" }, thresholds: { errorFor: "10s" } });
    expect(await found("anti-patterns/unwatched", gatheringIn(repository, { settings }))).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("at least 5 min"),
    });
    const lowered = settingsWith({
      watch: { for: "1m" },
      thresholds: { errorFor: "10s" },
      checklist: { leastWatch: "30s" },
    });
    expect(await found("anti-patterns/unwatched", gatheringIn(repository, { settings: lowered }))).toMatchObject({
      verdict: "pass",
      reason: expect.stringContaining("at least 30 s by this stack's setting, 5 min by default"),
    });
  });
});

describe("day/health, as instances and proxy answer", () => {
  async function serve(answer: (path: string) => [number, string]): Promise<number> {
    const server = createServer((asked, response) => {
      const [status, body] = answer(asked.url ?? "");
      response.writeHead(status).end(body);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  async function platform(it: { status: number; errorsPerLook: number; weights: [string, string] }) {
    const { repository } = unreleased();
    const instance = await serve(() => [it.status, "ok"]);
    let asked = 0;
    const admin = await serve((path) => {
      if (path.startsWith("/runtime")) {
        const [blue, green] = it.weights;
        const entry = (environment: string, value: string) => [
          `greenlight.api.api_${environment}`,
          { final_value: value },
        ];
        return [200, JSON.stringify({ entries: Object.fromEntries([entry("blue", blue), entry("green", green)]) })];
      }
      if (path.startsWith("/stats")) {
        asked += 1;
        const stat = (name: string, value: number) => ({ name: `cluster.api_blue.${name}`, value });
        return [
          200,
          JSON.stringify({
            stats: [stat("upstream_rq_completed", asked * 100), stat("upstream_rq_5xx", asked * it.errorsPerLook)],
          }),
        ];
      }
      return [200, JSON.stringify({ cluster_statuses: [] })];
    });
    repository.write(
      ".greenlight/prod/platform.json",
      JSON.stringify({
        stack: "prod",
        listen: "127.0.0.1",
        adminPort: admin,
        services: [
          {
            name: "api",
            port: 8080,
            healthPath: "/health",
            instances: { blue: [instance], green: [instance] },
            direct: { blue: instance, green: instance },
          },
        ],
      }),
    );
    return found("day/health", gatheringIn(repository));
  }

  it("passes when all is well", async () => {
    expect(await platform({ status: 200, errorsPerLook: 0, weights: ["100", "0"] })).toMatchObject({ verdict: "pass" });
  });

  it("fails for a sick instance and for an alarm, with both", async () => {
    const { verdict, reason } = await platform({ status: 503, errorsPerLook: 5, weights: ["100", "0"] });
    expect(verdict).toBe("fail");
    expect(reason).toMatch(/the live api on port \d+ is not healthy: status 503.*; the live api fails 5\.0 %/);
  });

  it("fails while traffic is divided", async () => {
    const { reason } = await platform({ status: 200, errorsPerLook: 0, weights: ["90", "10"] });
    expect(reason).toContain("divided");
  });

  it("is not applicable before the first deployment", async () => {
    const { repository } = unreleased();
    expect(await found("day/health", gatheringIn(repository))).toMatchObject({ verdict: "not applicable" });
  });

  it("fails when the proxy does not answer", async () => {
    const { repository } = unreleased();
    const services = [
      { name: "api", port: 8080, healthPath: "/", instances: { blue: [1], green: [2] }, direct: { blue: 3, green: 4 } },
    ];
    repository.write(
      ".greenlight/prod/platform.json",
      JSON.stringify({ stack: "prod", listen: "127.0.0.1", adminPort: 1, services }),
    );
    expect(await found("day/health", gatheringIn(repository))).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("does not answer"),
    });
  });
});
