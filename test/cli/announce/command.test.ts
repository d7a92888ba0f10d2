import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type AnnounceOptions, announceCommand } from "../../../cli/commands/announce.ts";
import type { Event } from "../../../cli/reporter.ts";
import type { AnnouncementKind } from "../../../release/announcement.ts";
import { exitCodes } from "../../../release/exitCodes.ts";
import { readJournal } from "../../../release/journal.ts";
import { patient } from "../../patience.ts";
import { Deployed } from "../deployed.ts";
import { greenlight, journal, Project, settings } from "../project.ts";
import { MailServer } from "./mailServer.ts";
import { Receiver, type Script } from "./receiver.ts";

const token = "status-token-1";
const path = "/services/T0/B0/xYzSecret";
const manifest = [
  "version: v1.2.3",
  "features: [coupons]",
  "services: { api: { command: [node, server.js] } }",
  "smoke: { command: [node, smoke.js] }",
  'downtime: { from: "2026-03-05T02:00:00+01:00", until: "2026-03-05T03:00:00+01:00" }',
  "",
].join("\n");

afterEach(() => vi.unstubAllEnvs());

/** A stack that tells its team in a room, the stakeholders by e-mail and everybody on a status page, all on this machine. */
class Stack {
  readonly project: Project;
  readonly env: Record<string, string>;
  readonly told: string[] = [];

  private constructor(
    readonly room: Receiver,
    readonly page: Receiver,
    readonly mail: MailServer,
    channels?: readonly string[],
    ports?: number,
  ) {
    const mine = `host: 127.0.0.1, port: ${mail.port}, security: none, from: r@shop.example, to: [sales@shop.example]`;
    const all = channels ?? [
      "room: { type: webhook, urlFrom: ROOM_URL, to: '#deploys' }",
      `mail: { type: email, audience: stakeholders, ${mine} }`,
      `page: { type: statuspage, page: p1, tokenFrom: PAGE_TOKEN, api: "${page.address}" }`,
    ];
    const more = all.length === 0 ? [] : [`announcements: { attempts: 3, channels: { ${all.join(", ")} } }`];
    this.project = new Project({ prod: settings({ more, ...(ports === undefined ? {} : { ports }) }) });
    this.project.write("releases/v1.2.3.yaml", manifest);
    this.env = { ROOM_URL: `${room.address}${path}`, PAGE_TOKEN: token, GREENLIGHT_BY: "anna" };
  }

  static async open(
    it: { room?: readonly Script[]; channels?: readonly string[]; ports?: number } = {},
  ): Promise<Stack> {
    const room = await Receiver.open(...(it.room ?? []));
    const page = await Receiver.open({ status: 201, body: '{"id":"m77"}' });
    const mail = await MailServer.open();
    const stack = new Stack(room, page, mail, it.channels, it.ports);
    onTestFinished(async () => {
      stack.project.remove();
      await Promise.all([room.close(), page.close(), mail.close()]);
    });
    return stack;
  }

  announce(kind: AnnouncementKind, over: Partial<AnnounceOptions> = {}) {
    for (const [name, value] of Object.entries(this.env)) vi.stubEnv(name, value);
    const options = { project: this.project.dir, json: false, yes: true, dryRun: false, again: false, ...over };
    const reporter = {
      tell: (event: Event) => this.told.push("text" in event ? event.text : event.kind),
      close: () => {},
    };
    return announceCommand({ ...options, kind, version: "v1.2.3" }, reporter, new AbortController().signal);
  }

  get journal(): string {
    return join(this.project.dir, ".greenlight", "journals", "prod.jsonl");
  }

  /** Announcements in the journal: kind, whom it reached, and whom it was for. */
  get records() {
    const { records, problems } = existsSync(this.journal)
      ? readJournal(readFileSync(this.journal, "utf8"))
      : readJournal("");
    expect(problems).toEqual([]);
    return records.flatMap((it) => (it.type === "announcement" ? [it] : []));
  }
}

describe("greenlight announce", () => {
  it.each<[AnnouncementKind, "room" | "mail" | "page", RegExp]>([
    ["team", "room", /v1\.2\.3/],
    ["brief", "room", /T-30|v1\.2\.3/],
    ["start", "room", /v1\.2\.3[\s\S]*coupons/],
    ["stakeholders", "mail", /v1\.2\.3/],
    ["status-page", "page", /"scheduled_for":"2026-03-05T02:00:00\+01:00"/],
  ])("%s goes to those who are told of it, and is kept in the journal", async (kind, where, text) => {
    const stack = await Stack.open();
    const { exitCode, json } = await stack.announce(kind);
    expect(exitCode).toBe(exitCodes.ok);
    const got = {
      room: stack.room.received.map((it) => it.body),
      mail: stack.mail.mails.map((it) => it.text),
      page: stack.page.received.map((it) => it.body),
    };
    expect(got[where]).toHaveLength(1);
    expect(got[where][0]).toMatch(text);
    expect(json).toMatchObject({ ok: true, kind, version: "v1.2.3", dryRun: false });
    const recorded = stack.records.filter((it) => (it.results ?? []).length > 0);
    expect(recorded.every((it) => it.kind === kind && it.by === "anna" && it.version === "v1.2.3")).toBe(true);
    const to = { room: "#deploys", mail: "sales@shop.example", page: "page" }[where];
    expect(recorded.flatMap((it) => it.to)).toContain(to);
  });

  it("rollback says what the journal says of it, and a reason of one's own", async () => {
    const stack = await Stack.open();
    await expect(stack.announce("rollback")).rejects.toThrow(/v1\.2\.3 was not rolled back/);
    const back = { type: "rollback", version: "v1.2.3", to: "blue", toVersion: "v1.2.2", reason: "errors" } as const;
    stack.project.write(".greenlight/journals/prod.jsonl", journal({ ...back, database: "kept" }));
    expect((await stack.announce("rollback", { reason: "4.9 % errors" })).exitCode).toBe(exitCodes.ok);
    expect(stack.room.received[0]?.body).toMatch(/v1\.2\.2[\s\S]*4\.9 % errors/);
  });

  it("complete is not said of a version that does not serve", async () => {
    const stack = await Stack.open();
    await expect(stack.announce("complete")).rejects.toThrow(/v1\.2\.3 does not serve, so it is not complete/);
    expect(stack.room.received).toEqual([]);
  });

  it("complete says with which health the version serves, and moves on what the status page planned", async () => {
    const stack = await Stack.open({ ports: 27040 });
    expect((await stack.announce("status-page", { to: ["page"] })).exitCode).toBe(exitCodes.ok);
    const deployed = new Deployed(stack.project);
    onTestFinished(() => deployed.end());
    await deployed.start({ blue: "v1.2.3", green: "v1.2.2" });
    // The proxy asks its instances a moment after they are there.
    const well = async () => (await stack.announce("complete", { dryRun: true })).json.text.includes("successfully");
    await vi.waitUntil(well, patient);
    const { exitCode, json } = await stack.announce("complete");
    expect(exitCode, JSON.stringify(json)).toBe(exitCodes.ok);
    expect(json.text).toContain("v1.2.3 deployed successfully");
    expect(stack.room.received.at(-1)?.body).toContain("v1.2.3 deployed successfully");
    expect(stack.mail.mails.at(-1)?.text).toContain("All health checks pass");
    expect(stack.page.received.at(-1)?.body).toContain("completed");
    const told = stack.records.filter((it) => it.kind === "complete").flatMap((it) => it.to);
    expect(told.sort()).toEqual(["#deploys", "page", "sales@shop.example"]);

    await deployed.weigh(0);
    await expect(stack.announce("complete", { again: true })).rejects.toThrow(/v1\.2\.3 does not serve/);
  });

  it("--dry-run shows what would be sent, secrets by name, and sends and keeps nothing", async () => {
    const stack = await Stack.open();
    const { exitCode, json, text } = await stack.announce("status-page", { dryRun: true, to: ["page", "room"] });
    expect(exitCode).toBe(exitCodes.ok);
    expect(json.channels.map((it) => it.outcome)).toEqual(["planned", "planned"]);
    expect(text).toContain("$ROOM_URL");
    expect(text).toContain("OAuth $PAGE_TOKEN");
    expect(`${text}${JSON.stringify(json)}${stack.told}`).not.toMatch(/status-token-1|xYzSecret/);
    expect([stack.room.received, stack.page.received, stack.mail.mails, stack.records]).toEqual([[], [], [], []]);
  });

  it("tries again while a receiver is busy, and then has told it once", async () => {
    const busy = { status: 503, headers: { "retry-after": "0" } };
    const stack = await Stack.open({ room: [busy, busy, { status: 200, body: "ok" }] });
    expect((await stack.announce("team")).exitCode).toBe(exitCodes.ok);
    expect(stack.room.received).toHaveLength(3);
    expect(stack.records).toMatchObject([{ to: ["#deploys"], results: [{ ok: true, status: 200 }] }]);
  });

  it("asks a receiver that refuses once, fails, and keeps that it did not arrive", async () => {
    const stack = await Stack.open({ room: [{ status: 404, body: "no_service" }] });
    const { exitCode, json } = await stack.announce("team");
    expect(exitCode).toBe(exitCodes.failed);
    expect(json.ok).toBe(false);
    expect(stack.room.received).toHaveLength(1);
    expect(stack.records).toMatchObject([{ to: [], results: [{ to: "#deploys", ok: false, status: 404 }] }]);
    expect(stack.told.join()).toMatch(/room: failed, 404 no_service/);
  });

  it("does not tell twice who has it, but with --again, and whom it did not reach always", async () => {
    const stack = await Stack.open({ room: [{ status: 410 }, { status: 200 }] });
    expect((await stack.announce("team")).exitCode).toBe(exitCodes.failed);
    expect((await stack.announce("team")).exitCode).toBe(exitCodes.ok);
    const third = await stack.announce("team");
    expect(third.json.channels).toMatchObject([{ outcome: "already" }]);
    expect(stack.room.received).toHaveLength(2);
    expect((await stack.announce("team", { again: true })).json.channels).toMatchObject([{ outcome: "sent" }]);
    expect(stack.room.received).toHaveLength(3);
    expect(stack.records).toHaveLength(3);
  });

  it("one channel that fails holds up no other, and the command fails", async () => {
    const stack = await Stack.open({ room: [{ status: 400 }] });
    const { exitCode, json } = await stack.announce("team", { to: ["room", "mail"] });
    expect(exitCode).toBe(exitCodes.failed);
    expect(json.channels.map((it) => [it.channel, it.outcome])).toEqual([
      ["room", "failed"],
      ["mail", "sent"],
    ]);
    expect(stack.mail.mails).toHaveLength(1);
  });

  it.each<[string, Partial<AnnounceOptions>, readonly string[] | undefined, RegExp]>([
    [
      "a channel that is not there",
      { to: ["romm"] },
      undefined,
      /There is no channel romm[\s\S]*did you mean --to room/,
    ],
    ["a time without a zone", { at: "2026-03-05T02:00" }, undefined, /is no time/],
    ["no channel at all", {}, [], /has no channel for announcements/],
    [
      "no channel that is told of it",
      {},
      ["room: { type: webhook, urlFrom: ROOM_URL, on: [start] }"],
      /No channel is told of team/,
    ],
  ])("refuses %s, and sends nothing", async (_, over, channels, reason) => {
    const stack = await Stack.open(channels === undefined ? {} : { channels });
    await expect(stack.announce("team", over)).rejects.toThrow(reason);
    await expect(stack.announce("team", over)).rejects.toMatchObject({ exitCode: exitCodes.usage });
    expect([stack.room.received, stack.records]).toEqual([[], []]);
  });

  it("without the variable that holds an address fails, names it, and sends nothing", async () => {
    const stack = await Stack.open();
    delete stack.env.ROOM_URL;
    vi.stubEnv("ROOM_URL", undefined);
    const { exitCode, json } = await stack.announce("team");
    expect(exitCode).toBe(exitCodes.failed);
    expect(json.channels[0]?.detail).toMatch(/ROOM_URL/);
  });

  it("warns of a damaged journal and goes on", async () => {
    const stack = await Stack.open();
    stack.project.write(".greenlight/journals/prod.jsonl", "{}\n");
    expect((await stack.announce("team")).exitCode).toBe(exitCodes.ok);
    expect(stack.told.join()).toMatch(/the journal is damaged at line 1/);
  });
});

describe("greenlight announce, as a shell runs it", () => {
  const run = (stack: Stack, ...args: string[]) =>
    greenlight(["announce", ...args, "--project", stack.project.dir], stack.env);

  it("prints one document with --json, without secrets, and exits with 0", async () => {
    const stack = await Stack.open();
    const { exitCode, stdout, stderr } = await run(stack, "team", "v1.2.3", "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      kind: "team",
      channels: [{ channel: "room", outcome: "sent" }],
    });
    expect(`${stdout}${stderr}`).not.toContain("xYzSecret");
  });

  it("exits with 2 for a kind that is none, and with 1 for what did not arrive", async () => {
    const stack = await Stack.open({ room: [{ status: 403, body: path }] });
    const unknown = await run(stack, "party", "v1.2.3");
    expect(unknown.exitCode).toBe(exitCodes.usage);
    const failed = await run(stack, "team", "v1.2.3");
    expect(failed.exitCode).toBe(exitCodes.failed);
    expect(`${failed.stdout}${failed.stderr}`).toMatch(/403/);
    expect(`${failed.stdout}${failed.stderr}`).not.toContain("xYzSecret");
  });
});
