import { join } from "node:path";
import { usualLagMs } from "../../rehearsal/cluster/clusterProject.ts";
import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { comparison } from "../kubernetes/comparison.ts";
import type { Scale } from "../kubernetes/scale.ts";
import { standings, standingsTable } from "../kubernetes/standings.ts";
import { benchHome } from "../stand.ts";
import { rounded } from "../statistics.ts";

/** Our releases beside `kubectl rollout` and Argo Rollouts; what must hold is that ours lose no request, whoever is faster. */
export async function kubernetesComparison(bench: Bench): Promise<Figure> {
  // It needs the machine for itself.
  await bench.close();
  const { options, tools, signal, say } = bench;
  const scale: Scale = {
    rounds: options.short ? 2 : 5,
    pods: 4,
    ratePerSecond: options.rate ?? 200,
    lagMs: usualLagMs,
    endpointDelaySeconds: (2 * usualLagMs) / 1_000,
  };
  const { trials, versions } = await comparison({ home: join(benchHome, "kubernetes"), scale, tools, signal, say });
  const lines = standings(trials);
  const ours = lines.filter(({ name }) => name.startsWith("greenlight-"));
  const sum = (of: (it: (typeof lines)[number]) => number) => ours.reduce((all, it) => all + of(it), 0);
  const [first] = lines;
  const beside = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return figure({
    name: "kubernetes-comparison",
    title: "Failed requests of our releases on Kubernetes, beside `kubectl rollout` and Argo Rollouts",
    value: sum((it) => it.failed),
    unit: "requests",
    limit: { kind: "at most", value: 0 },
    how: `of ${sum((it) => it.requests).toLocaleString("en-US")} in ${scale.rounds} releases by each of our two ways, in turn with the others', ${scale.ratePerSecond} requests a second, ${scale.pods} pods each, proxies ${scale.lagMs} ms late; ${beside.join(", ")}; the fastest to move all users' requests was ${first?.title ?? "nobody"} ([who was how fast](#beside-kubectl-rollout-and-argo-rollouts))`,
    facts: Object.fromEntries(
      lines.flatMap(({ name, failed, requests, ratio }) => {
        const own = trials.filter((it) => it.contender === name);
        const all = (of: (it: (typeof own)[number]) => number) => own.map((it) => rounded(of(it), 0));
        return Object.entries({
          lastOldAnswerMs: all((it) => it.lastOldAnswerMs),
          doneMs: all((it) => it.promote.to - it.promote.from),
          prepareMs: all((it) => it.prepare.to - it.prepare.from),
          apiRequestsBefore: all((it) => it.api.prepare),
          apiRequestsFromPromote: all((it) => it.api.promote),
          failed,
          requests,
          ratio: rounded(ratio),
        }).map(([what, value]) => [`${name}-${what}`, value]);
      }),
    ),
    table: standingsTable(lines),
  });
}
