import { execa } from "execa";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openContext } from "../../cli/context.ts";
import { JournalFile } from "../../cli/journal/journalFile.ts";
import { database, settings } from "../components/aws/shop.ts";
import { DrillShop, originals } from "../provider/aws/drillShop.ts";
import { credentials } from "../tools/aws/world.ts";
import { awsProject } from "./awsStack.ts";
import type { Project } from "./project.ts";

// The command as a process of its own, against the simulated AWS.

let shop: DrillShop;
let project: Project;
beforeAll(async () => {
  shop = await DrillShop.start();
});
afterAll(async () => await shop?.stop());
afterEach(async () => {
  project.remove();
  await shop.clear();
});

const drill = (...args: string[]) =>
  execa(process.execPath, ["cli/bin.mjs", "drill", "snapshot", "--json", "--project", project.dir, ...args], {
    ...{ reject: false, stdin: "ignore" },
    env: {
      AWS_ENDPOINT_URL: shop.world.endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
  });
/** Runs it until it says something, and sends it a signal then. */
async function until(text: string, signal: NodeJS.Signals) {
  const running = drill();
  for await (const line of running.iterable({ from: "stderr" })) {
    if (line.includes(text)) running.kill(signal);
  }
  return await running;
}
const records = () =>
  new JournalFile(openContext({ project: project.dir, json: true, yes: true })).read().records.length;

describe.sequential.each([
  ["instance", "drill-before-v2-prod is creating", ["instance drill-before-v2-prod"]],
  [
    "cluster",
    "the instance in drill-before-v2-prod is creating",
    ["cluster drill-before-v2-prod", "instance drill-before-v2-prod"],
  ],
] as const)("a drill of an RDS %s as a process", (kind, making, made) => {
  beforeEach(() => {
    const { migration: _, instance: __, ...rest } = database;
    const bare = { ...rest, [kind]: originals[kind] };
    project = awsProject("green", { aws: { ...settings.aws, gates: { interval: "200ms" }, database: bare } });
  });

  it("shows the restore, and leaves nothing but its record", async () => {
    const { exitCode, stdout } = await drill();
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, differences: [], verification: null, ending: "removed" });
    expect(exitCode).toBe(0);
    expect(await shop.made()).toEqual([]);
    expect(records()).toBe(1);
  });

  it("that gets Ctrl-C removes what it made, says so, and is no result", async () => {
    shop.world.simulator.restores.order("creating", "instance");
    const { exitCode, stdout } = await until(making, "SIGINT");
    const untouched = new RegExp(`${originals[kind]} was only read.*drill-before-v2-prod is removed\\.$`);
    expect(JSON.parse(stdout).error).toMatchObject({
      happened: "The drill was interrupted.",
      untouched: expect.stringMatching(untouched),
    });
    expect(exitCode).toBe(130);
    expect(await shop.made()).toEqual([]);
    expect(records()).toBe(0);
  });

  it("that is killed leaves what the next one names and --remove removes", async () => {
    shop.world.simulator.restores.order("creating", "instance");
    expect((await until(making, "SIGKILL")).signal).toBe("SIGKILL");
    expect(await shop.made()).toEqual(made);

    const next = await drill();
    expect(next.exitCode).toBe(6);
    expect(JSON.parse(next.stdout).error).toMatchObject({
      happened: expect.stringContaining("drill-before-v2-prod is there already, from a drill"),
      next: expect.stringContaining("greenlight drill snapshot --remove"),
    });

    const removed = await drill("--remove", "--yes");
    expect(JSON.parse(removed.stdout)).toEqual({
      ok: true,
      removed: [{ [kind]: "drill-before-v2-prod", ending: "removed" }],
    });
    expect(removed.exitCode).toBe(0);
    expect(await shop.made()).toEqual([]);
  });
});
