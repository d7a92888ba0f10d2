import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { sayWeights } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { handler, type Step } from "../handler.ts";
import { weightsShape } from "../weightsShape.ts";
import { kubernetesAccess } from "./facts.ts";
import { type ReadyEndpoints, sayReadyEndpoints } from "./readyEndpoints.ts";
import {
  agrees,
  differences,
  endpointsBehind,
  type Leads,
  leadsTo,
  type SeenTraffic,
  switchedService,
} from "./switching.ts";
import { watchTraffic } from "./watchTraffic.ts";

const inputs = z.strictObject({
  access: kubernetesAccess,
  services: z.array(switchedService).min(1),
  weights: weightsShape,
  deadlineMs: z.number().int().positive(),
  /** How long proxies may take to follow the endpoints. */
  endpointDelayMs: z.number().int().min(0).default(0),
  /** The header of testers' rules: with another one the routes are new, and read back anew. */
  testers: z.string().optional(),
  /** Seconds that users stay with a side, while that is in force: it is in the routes too. */
  sticky: z.number().int().min(1).optional(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** Where users of all services were read to be led. */
  readonly serving: Leads;
  /** Ready endpoints by service, where those of both sides share its traffic: what makes the share. */
  readonly pods?: Readonly<Record<string, ReadyEndpoints>>;
  /** ISO time by which that was read, and proxies had their time to follow. */
  readonly readAt: string;
}

/**
 * What serves after the switch, as read: what leads users has the shares that were asked, a Gateway has taken up its routes, and the
 * endpoints behind every share are the ready pods of its environment, and no other. All of it stays so for as long as proxies take to
 * follow: until then users are answered by both. Where pods share the traffic, the endpoints are those of both sides, and how many of each
 * is told beside the share that was asked.
 */
export const trafficReadBack = handler<Inputs, Outputs>({
  inputs,
  remarks: ["access", "deadlineMs", "endpointDelayMs"],
  drifted: (state) => !agrees(state.serving, state.weights),
  async create(step, it) {
    return { id: "read-back", outputs: await pass(step, it) };
  },
  async read(step, _, state) {
    const { seen } = await watchTraffic(state, step, 30_000, () => true);
    const all = state.services.map((it) => leadsTo(it, seen));
    const serving = all.find((it) => !agrees(it, state.weights)) ?? state.weights;
    const now = { serving, ...podsIn(state, seen) };
    const same = isDeepStrictEqual(now, {
      serving: state.serving,
      ...(state.pods === undefined ? {} : { pods: state.pods }),
    });
    return { ...now, readAt: same ? state.readAt : new Date().toISOString() };
  },
  async update(step, _, __, news) {
    return pass(step, news);
  },
  async delete() {
    // A reading leaves nothing behind.
  },
});

async function pass(step: Step, it: Inputs): Promise<Outputs> {
  const { seen, where } = await watchTraffic(
    it,
    step,
    it.deadlineMs,
    (all) => differences(it.services, it.weights, all).length === 0,
    it.endpointDelayMs,
  );
  const found = differences(it.services, it.weights, seen);
  if (found.length === 0) {
    const shared = podsIn(it, seen);
    for (const [service, pods] of Object.entries(shared.pods ?? {})) {
      step.tell(`${service}: asked ${sayWeights(it.weights)}; ${sayReadyEndpoints(pods)}`);
    }
    return { serving: it.weights, ...shared, readAt: new Date().toISOString() };
  }
  throw new Problem({
    happened: `What serves is not what was asked: ${found.join("; ")}.`,
    where,
    untouched: "The environment that traffic left is still there and warm.",
    next: "set greenlight:live back and update if users are not served well; else find what holds the endpoints or the Gateway, and run the update again: it reads back anew",
  });
}

/** What makes the shares of the services that are led to both sides. */
function podsIn({ services }: Pick<Inputs, "services">, seen: SeenTraffic): Pick<Outputs, "pods"> {
  const shared = services.filter((it) => leadsTo(it, seen) === "both");
  if (shared.length === 0) return {};
  return { pods: Object.fromEntries(shared.map((it) => [it.service, endpointsBehind(it, seen)])) };
}
