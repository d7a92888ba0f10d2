import { deadlineIn } from "../../release/deadline.ts";
import { auditedRequests } from "../../tools/kubernetes/auditLog.ts";
import { type ClusterPlan, ComparedCluster } from "./cluster.ts";
import type { ContenderName } from "./contender.ts";
import { versionOf } from "./image.ts";
import { type Span, type Trial, trial } from "./trial.ts";

/** Requests to the API server by a contender's own client and controller. */
export interface ApiRequests {
  readonly prepare: number;
  /** From the promote's command until nobody looked any more. */
  readonly promote: number;
}

export interface Measured extends Trial {
  readonly api: ApiRequests;
}

export interface Comparison {
  readonly trials: readonly Measured[];
  readonly versions: Readonly<Record<string, string>>;
}

/** From the first process to the last, longest: five rounds take half of it. */
const longestMs = 25 * 60_000;

/**
 * Has every contender release one version after the other, in turn with the others, on one cluster and under the same load. Whatever
 * happens, everything is ended and removed.
 */
export async function comparison(plan: ClusterPlan): Promise<Comparison> {
  const { scale, say } = plan;
  const { signal, end } = deadlineIn(longestMs, "The comparison on Kubernetes", plan.signal);
  try {
    const cluster = await ComparedCluster.open({ ...plan, signal });
    try {
      const trials: Trial[] = [];
      for (let round = 1; round <= scale.rounds; round++) {
        for (const contender of cluster.contenders) {
          await cluster.settled();
          const [version, old] = [versionOf(round), versionOf(round - 1)];
          const made = await trial(contender, { version, old, ratePerSecond: scale.ratePerSecond, signal });
          say(`${round} of ${scale.rounds}: ${sayTrial(made)}`);
          trials.push(made);
        }
      }
      const made = new Map(cluster.contenders.map((it) => [it.name, it.made]));
      return { trials: await withRequests(cluster.auditLog, trials, made), versions: cluster.versions };
    } finally {
      await cluster.close();
    }
  } finally {
    end();
  }
}

async function withRequests(
  auditLog: string,
  trials: readonly Trial[],
  made: ReadonlyMap<ContenderName, (request: { user: string; agent: string }) => boolean>,
): Promise<Measured[]> {
  const counts = trials.map((it) => ({ it, prepare: 0, promote: 0 }));
  for await (const request of auditedRequests(auditLog)) {
    for (const count of counts) {
      const { contender, prepare, promote, endedAt } = count.it;
      if (made.get(contender)?.(request) !== true) continue;
      if (isIn(request.at, prepare)) count.prepare++;
      else if (isIn(request.at, { from: promote.from, to: endedAt })) count.promote++;
    }
  }
  return counts.map(({ it, prepare, promote }) => ({ ...it, api: { prepare, promote } }));
}

function isIn(at: number, { from, to }: Span): boolean {
  return at >= from && at <= to;
}

function sayTrial({ contender, version, promote, lastOldAnswerMs, failed, requests }: Trial): string {
  const took = promote.to - promote.from;
  return `${contender} ${version}: the old version's last answer after ${Math.round(lastOldAnswerMs)} ms, done after ${took} ms, ${failed} of ${requests} requests failed`;
}
