import { join } from "node:path";
import { folder } from "../../provider/local/folder.ts";
import { readRecords } from "../../provider/local/instanceRecord.ts";
import { supervisorOf } from "../../provider/local/process/supervised.ts";
import { databaseFolder } from "../../provider/local/unprivileged.ts";
import { Problem } from "../../release/problem.ts";
import { processes, sendSignal } from "../processes.ts";
import { count, milliseconds } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";
import { healing, sayFailures } from "../traffic.ts";

interface Kill {
  readonly name: string;
  readonly title: string;
  readonly expected: string;
  /** Pid file of what is killed; its supervisor stays. */
  readonly pidFile: (stage: Stage) => Promise<string>;
  readonly withinMs: number;
  /** Requests that may fail at the most. */
  readonly failures: number;
}

/** A process dies; it comes back by itself, and so does service. */
function scenario(it: Kill): Scenario {
  return {
    ...it,
    allowsFailures: true,
    quick: false,
    async play(stage) {
      const found = new Findings();
      const before = await stage.live();
      const pidFile = await it.pidFile(stage);
      const [pid, program] = await childOf(pidFile);
      const mark = await stage.load.mark(it.name);
      const blow = { mark, at: Date.now() };
      sendSignal(pid, "SIGKILL");
      const { afterMs, window } = await healing(stage, blow, it.withinMs, async () => {
        const status = await stage.greenlight("status");
        return status.exitCode === 0;
      });
      const healedMs = Date.now() - blow.at;
      const [again] = await childOf(pidFile);
      found.expect(again !== pid, `process ${pid} is still there`);
      found.expect(afterMs !== undefined, `requests went on failing for ${milliseconds(it.withinMs)}`);
      const status = await stage.greenlight("status");
      found.expect(status.exitCode === 0, "`greenlight status` is not content");
      const live = await stage.live();
      found.expect(
        live?.version === before?.version && live?.environment === before?.environment,
        `afterwards ${await stage.sayLive()}`,
      );
      found.expect(window.total.failed <= it.failures, `more than ${count(it.failures)} requests failed`);
      return found.ended(
        `${program} (${pid}) came back as ${again}; requests were answered without failure again ${milliseconds(afterMs ?? 0)} after the kill, \`greenlight status\` content after ${milliseconds(healedMs)}; ${count(window.total.failed)} of ${count(window.total.requests)} requests failed (${sayFailures(window)}).`,
        { answersAgainMs: afterMs ?? null, contentMs: healedMs, failures: { ...window.total.failures } },
      );
    },
  };
}

/** What a supervisor keeps running: its pid and program. */
async function childOf(pidFile: string): Promise<[number, string]> {
  const supervisor = supervisorOf(pidFile);
  const child = (await processes()).find((it) => it.parent === supervisor && !it.args.startsWith("sleep"));
  if (supervisor === undefined || child === undefined) {
    throw new Problem({ happened: "A supervised process is not there.", where: pidFile });
  }
  return [child.pid, (child.args.split(" ", 1)[0] ?? "").split("/").at(-1) ?? ""];
}

export const killProxy = scenario({
  name: "kill-proxy",
  title: "kill -9 of the proxy",
  expected: "The proxy is started again by itself with the same weights; answers are back within 5 s.",
  pidFile: async (stage) => folder(stage.places.stack).pidFile("proxy"),
  withinMs: 20_000,
  failures: 2600,
});

export const killInstance = scenario({
  name: "kill-instance",
  title: "kill -9 of a live process",
  expected: "The other instances answer while it is started again; hardly a request fails.",
  pidFile: async (stage) => {
    const live = await stage.live();
    const one = readRecords(stage.places.stack).find(
      (it) => it.environment === live?.environment && it.service === "api",
    );
    if (one === undefined) throw new Problem({ happened: "No instance of the api serves.", where: stage.places.stack });
    return folder(stage.places.stack).pidFile(one.name);
  },
  withinMs: 20_000,
  failures: 260,
});

export const killDatabase = scenario({
  name: "kill-database",
  title: "kill -9 of the database",
  expected:
    "The database recovers and is started again by itself; the services reconnect; answers are back within 15 s.",
  pidFile: async (stage) => join(databaseFolder(stage.places.stack), "supervisor.pid"),
  withinMs: 30_000,
  failures: 7800,
});
