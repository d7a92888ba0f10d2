import { unknownOrigin } from "../../rehearsal/load/answers.ts";
import { type Answers, LoadGenerator, type LoadWindow, type Mark } from "../../rehearsal/load/client.ts";
import { until } from "../../rehearsal/until.ts";
import { Problem } from "../../release/problem.ts";
import type { Contender, ContenderName } from "./contender.ts";
import { service } from "./image.ts";

/** One release by one contender, as its users and its clock saw it. Times of the clock are epoch ms. */
export interface Trial {
  readonly contender: ContenderName;
  readonly version: string;
  /** From the first command until only the promote was missing. */
  readonly prepare: Span;
  /** From the promote's command until the commands said that it was done. */
  readonly promote: Span;
  /** From the promote's command to the old version's last answer. */
  readonly lastOldAnswerMs: number;
  /** When nobody looked any more; what its controller did until then is counted. */
  readonly endedAt: number;
  readonly requests: number;
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How long a straggler of the old version would be noticed after its last answer. */
const quietMs = 3_000;

/** Releases a version under load, from before its preparation until the old one has been silent. */
export async function trial(
  contender: Contender,
  it: { version: string; old: string; ratePerSecond: number; signal: AbortSignal },
): Promise<Trial> {
  const { version, old, ratePerSecond, signal } = it;
  const targets = [{ name: service, url: `http://127.0.0.1:${contender.port}`, weight: 1, paths: ["/"] }];
  await using load = await LoadGenerator.start({ targets, ratePerSecond, maxSeconds: 600 }, { signal });
  await answers(load, await load.mark("begin"), old, signal);
  const prepare = await timed(() => contender.prepare(version));
  const before = await load.mark("promote");
  // Without answers from the old version until then its last answer would say nothing.
  await answers(load, before, old, signal);
  const promote = await timed(() => contender.promote(version));
  await answers(load, await load.mark("done"), version, signal);
  const silent = async () => Date.now() - lastAnswerOf(await load.since(before), old) >= quietMs;
  if (!(await until(silent, 60_000, signal))) {
    throw new Problem({ happened: `${contender.name}: ${old} still answers a minute after ${version} was promoted.` });
  }
  const lastOldAnswerMs = Math.max(0, lastAnswerOf(await load.since(before), old) - promote.from);
  const endedAt = Date.now();
  const { total, byVersion } = await load.stop();
  requireAlone(contender.name, byVersion, [old, version]);
  const { requests, failed, failures } = total;
  return { contender: contender.name, version, prepare, promote, lastOldAnswerMs, endedAt, requests, failed, failures };
}

async function timed(work: () => Promise<void>): Promise<Span> {
  const from = Date.now();
  await work();
  return { from, to: Date.now() };
}

async function answers(load: LoadGenerator, since: Mark, version: string, signal: AbortSignal): Promise<void> {
  const enough = async () => ((await load.since(since)).byVersion[version]?.requests ?? 0) >= 50;
  if (await until(enough, 30_000, signal)) return;
  throw new Problem({ happened: `${version} did not answer 50 requests within 30 s after "${since.name}".` });
}

function lastAnswerOf({ byVersion, since }: LoadWindow, version: string): number {
  const last = byVersion[version]?.lastAnswerAt;
  if (last === null || last === undefined) throw new Problem({ happened: `${version} never answered ${since.name}.` });
  return last;
}

/** Answers of a third version would be those of another contender. */
function requireAlone(who: string, byVersion: Readonly<Record<string, Answers>>, expected: readonly string[]): void {
  const strange = Object.keys(byVersion).filter((it) => ![...expected, unknownOrigin].includes(it));
  if (strange.length > 0) throw new Problem({ happened: `${who}: ${strange.join(", ")} answered, too.` });
}
