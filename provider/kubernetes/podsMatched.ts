import { isDeepStrictEqual } from "node:util";
import type { V1Pod } from "@kubernetes/client-node";
import { z } from "zod";
import { type EnvironmentName, environmentNames, other, type Weights } from "../../release/environment.ts";
import { Problem, sentence } from "../../release/problem.ts";
import { handler, type Step } from "../handler.ts";
import { weightsShape } from "../weightsShape.ts";
import { kubernetesAccess } from "./facts.ts";
import { podsOf } from "./pods.ts";
import { podTrouble } from "./podTrouble.ts";
import { isReady } from "./rollout.ts";
import { type Leads, leadsTo, type SeenTraffic, sharesOf, switchedService } from "./switching.ts";
import { watchTraffic } from "./watchTraffic.ts";

/** A service whose traffic is switched, and whose number of pods is the load's. */
export const scaledService = switchedService.extend({
  /** Names of the HorizontalPodAutoscalers of the environments that have a version. */
  scalers: z.strictObject({ blue: z.string().optional(), green: z.string().optional() }),
  /** Pods of each side, whatever the load is. */
  least: z.number().int().min(1),
  most: z.number().int().min(1),
});
export type ScaledService = z.infer<typeof scaledService>;

const inputs = z.strictObject({
  access: kubernetesAccess,
  services: z.array(scaledService).min(1),
  weights: weightsShape,
  /** What is deployed: another version begins another release. */
  versions: z.strictObject({ blue: z.string().optional(), green: z.string().optional() }),
  deadlineMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** By service: where this update leads users, or where a refresh found them led. */
  readonly serving: Readonly<Record<string, Leads>>;
  /** ISO time at which the receiving side was read to be large enough. */
  readonly matchedAt: string;
}

/** An environment that is asked to take more of a service's traffic than it has. */
interface Receiver {
  readonly service: ScaledService;
  readonly to: EnvironmentName;
  /** Ready pods of the side that has the most traffic now. */
  readonly pods: number;
  /** Whether it must have as many first: not where it has the most traffic itself, as on a canary's way back. */
  readonly awaited: boolean;
}

/**
 * Stands before the gate of the switch where services scale by load: a side that is about to receive traffic is raised to the size of the
 * one that serves, and awaited. That one may have grown since the candidate was deployed. Both sides keep that size until an update that
 * moves nothing, such as the next release's first: the way back finds the old side as large as it was left.
 */
export const podsMatched = handler<Inputs, Outputs>({
  inputs,
  remarks: ["access", "deadlineMs"],
  drifted: (state) => Object.values(state.serving).some((it) => !isDeepStrictEqual(it, state.weights)),
  async create(step, it) {
    return { id: "pods-matched", outputs: await match(step, it, it.weights) };
  },
  async read(step, _, state) {
    const { seen } = await watchTraffic(state, step, 30_000, () => true);
    const serving = Object.fromEntries(state.services.map((it) => [it.service, leadsTo(it, seen)]));
    return { serving, matchedAt: state.matchedAt };
  },
  async update(step, _, state, news) {
    return match(step, news, state.weights);
  },
  async delete() {
    // It leaves nothing behind: the number of pods is the load's, and the least goes with the object that says it.
  },
});

const untouched = "Traffic was left as it is.";

/** @param before shares that the last update asked for */
async function match(step: Step, it: Inputs, before: Weights): Promise<Outputs> {
  const { seen } = await watchTraffic(it, step, 30_000, () => true);
  const receivers = it.services.flatMap((service) => receiversOf(service, it.weights, seen));
  if (receivers.length > 0) {
    await write(step, it, receivers, "raise");
    await wait(step, it, receivers);
  } else if (isDeepStrictEqual(before, it.weights)) {
    await write(
      step,
      it,
      it.services.map((service) => ({ service, pods: service.least })),
    );
  }
  // What was moved before this update, as by a rollback, keeps its size: load has only just come to it.
  return {
    serving: Object.fromEntries(it.services.map(({ service }) => [service, it.weights])),
    matchedAt: new Date().toISOString(),
  };
}

function receiversOf(service: ScaledService, asked: Weights, seen: SeenTraffic): Receiver[] {
  const now = sharesOf(leadsTo(service, seen));
  const leading = environmentNames.filter((name) => now[name] > 0 && now[name] >= now[other(name)]);
  const serving = Math.max(0, ...leading.map((name) => readyOf(service, name, seen.pods)));
  const pods = Math.min(service.most, Math.max(service.least, serving));
  return environmentNames
    .filter((name) => asked[name] > now[name])
    .map((to) => ({ service, to, pods, awaited: now[other(to)] >= now[to] }));
}

function readyOf(service: ScaledService, environment: EnvironmentName, pods: readonly V1Pod[]): number {
  return podsOf(service[environment], pods).filter(isReady).length;
}

/** Writes of both sides of each service how many pods they keep at least, and tells what was read back. */
async function write(
  step: Step,
  { access, services }: Inputs,
  asked: readonly Pick<Receiver, "service" | "pods">[],
  only?: "raise",
): Promise<void> {
  const [{ openClient }, { common }, { writeLeastPods }] = await Promise.all([
    import("./client.ts"),
    import("./collections.ts"),
    import("./leastPods.ts"),
  ]);
  const client = openClient(access);
  const all = asked.flatMap(({ service: { scalers }, pods }) =>
    environmentNames.flatMap((name) => scalers[name] ?? []).map((name) => ({ name, least: pods })),
  );
  const says = await writeLeastPods(client, all, {
    labels: common(services.flatMap(({ blue, green }) => [blue, green])),
    signal: step.signal,
    asked: { doing: "write how many pods are kept at least", where: client.where, untouched },
    ...(only === undefined ? {} : { only }),
  });
  for (const line of says) step.tell(line);
}

async function wait(step: Step, it: Inputs, receivers: readonly Receiver[]): Promise<void> {
  const awaited = receivers.filter((one) => one.awaited);
  const missing = ({ pods }: SeenTraffic) =>
    awaited.filter(({ service, to, pods: wanted }) => readyOf(service, to, pods) < wanted);
  const late = new Set<Receiver>();
  const told = new Set<string>();
  const { seen, where } = await watchTraffic(it, step, it.deadlineMs, (now) => {
    const short = missing(now);
    for (const one of short) late.add(one);
    for (const { to, pod, says } of short.flatMap((one) => troublesOf(one, now.pods))) {
      if (told.has(says)) continue;
      told.add(says);
      step.tell(`${to}: ${pod}: ${says}`);
    }
    return short.length === 0;
  });
  const short = missing(seen);
  if (short.length === 0) {
    for (const { service, to } of late) {
      step.tell(`${to} has ${readyOf(service, to, seen.pods)} ready pods of ${service.service}`);
    }
    return;
  }
  const why = await reasons(it, short, step.signal);
  const says = short.map((one) => {
    const { service, to, pods } = one;
    const reason = why(one);
    const counts = `${readyOf(service, to, seen.pods)} of ${pods} pods of ${service.service} in ${to} are ready`;
    return reason === "" ? counts : `${counts} (${reason})`;
  });
  throw new Problem({
    happened: `Traffic was not moved: ${says.join("; ")}.`,
    where,
    untouched: `${untouched} Both sides keep their size.`,
    next: "mend what is named (kubectl describe deployment,hpa says more), and run the update again: it goes on from here",
  });
}

function troublesOf({ service, to }: Receiver, pods: readonly V1Pod[]) {
  return podsOf(service[to], pods)
    .filter((pod) => !isReady(pod))
    .flatMap((pod) => podTrouble(pod) ?? [])
    .map(({ pod, says }) => ({ to, pod, says }));
}

/** What keeps pods from being there and ready: what they, and their Deployments, say. */
async function reasons(
  it: Inputs,
  short: readonly Receiver[],
  signal: AbortSignal,
): Promise<(one: Receiver) => string> {
  const { readSides } = await import("./readSides.ts");
  const services = short.map(({ service }) => service);
  try {
    const sides = await readSides(it.access, services, signal);
    return ({ service, to, pods }) => {
      const side = sides.find((one) => one.service === service.service)?.sides[to];
      if (side === undefined) return "there is no Deployment";
      if (side.wanted < pods) return `the HorizontalPodAutoscaler made its Deployment want ${side.wanted}`;
      return side.troubles.slice(0, 3).join("; ");
    };
  } catch (error) {
    const why = sentence(error).split("\n")[0];
    return () => `what keeps them could not be read: ${why}`;
  }
}
