import { LoadGenerator } from "../rehearsal/load/client.ts";
import { shopTraffic } from "../rehearsal/load/shopTraffic.ts";
import { until } from "../rehearsal/until.ts";
import { Problem } from "../release/problem.ts";
import type { Stand } from "./stand.ts";

/** Requests a second that are tried, one after the other, until the machine does not carry them. */
const steps = [200, 400, 600, 800, 1000, 1400, 1800, 2400, 3000];

const settleMs = 1500;
const measureMs = 2500;
/** An answer that takes longer has waited for a processor. */
const easyP95Ms = 50;
/** What is left to the engine, its program and providers, which work beside the traffic. */
const headroom = 0.5;

/**
 * Requests a second that this machine carries with half of its strength, with only the services working.
 *
 * @throws Problem when it does not even carry the lowest step: then another program keeps it busy
 */
export async function carriedRate(stand: Stand, say: (line: string) => void): Promise<number> {
  let carried = 0;
  for (const ratePerSecond of steps) {
    if (!(await carries(stand, ratePerSecond))) break;
    carried = ratePerSecond;
  }
  if (carried === 0) {
    throw new Problem({
      happened: `This machine does not carry ${steps[0]} requests a second with a P95 of ${easyP95Ms} ms.`,
      next: "end what else keeps it busy, or choose a rate yourself with --rate",
    });
  }
  say(`${carried} requests a second are carried with ease; half of that leaves room for updates`);
  return carried * headroom;
}

async function carries(stand: Stand, ratePerSecond: number): Promise<boolean> {
  const { signal } = stand.stage;
  await using load = await LoadGenerator.start({ targets: shopTraffic(stand.addresses), ratePerSecond }, { signal });
  const pass = async (ms: number) => {
    const end = Date.now() + ms;
    await until(() => Date.now() >= end, ms, signal);
  };
  await pass(settleMs);
  const mark = await load.mark("settled");
  await pass(measureMs);
  const { total } = await load.since(mark);
  const all = total.requests >= (ratePerSecond * measureMs * 0.95) / 1000;
  return all && total.failed === 0 && (total.p95Ms ?? Number.POSITIVE_INFINITY) <= easyP95Ms;
}
