import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { GateProof } from "../../release/gateProof.ts";
import { Problem } from "../../release/problem.ts";
import { gateProof } from "../gates/gateProofShape.ts";
import { handler, type Step } from "../handler.ts";
import { kubernetesAccess } from "./facts.ts";
import { type Rollout, rolloutOf, type SeenRollout, troublesOf } from "./rollout.ts";

const service = z.strictObject({
  service: z.string(),
  deployment: z.string(),
  selector: z.record(z.string(), z.string()),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, "the digest of an image, sha256: and 64 hex digits"),
  replicas: z.number().int().min(1),
  /** Digest of what the pods are made from: a change of it is another rollout. */
  template: z.string(),
});

const inputs = z.strictObject({
  access: kubernetesAccess,
  environment: z.enum(["blue", "green"]),
  version: z.string(),
  services: z.array(service).min(1),
  deadlineMs: z.number().int().positive(),
  /** How long proxies may take to follow the endpoints. */
  endpointDelayMs: z.number().int().min(0).default(0),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** By service: ready pods that were read to run the asked image. */
  readonly running: Readonly<Record<string, number>>;
  /** What later gates speak of: the set of pods of each service. */
  readonly incarnations: readonly string[];
  /** ISO time of the reading. */
  readonly readAt: string;
  /** Whether the gate passed, and no refresh since found something else. */
  readonly done: boolean;
  readonly proof: GateProof;
}

/**
 * Passes when every pod of an environment is ready and runs the image that was asked, by what the nodes say, and stays so for as long as
 * proxies take to hear of it: the smoke test comes by a Service. Waits by watches, tells what keeps it while it waits, and ends early where
 * no waiting helps: not by what was so when it began, which whoever gives the update again may have mended. A side that only lets pods go
 * is not asked again.
 */
export const rolloutDone = handler<Inputs, Outputs>({
  inputs,
  // Where the kubeconfig lies, and patience, are no statement about a release.
  remarks: ["access", "deadlineMs", "endpointDelayMs"],
  drifted: (state) => !state.done,
  async create(step, it) {
    return { id: `${it.environment}-rollout`, outputs: await pass(it, step) };
  },
  async read(step, _, state) {
    const rollouts = await readOnce(state, step);
    return { ...figures(state, rollouts), done: isDone(rollouts), proof: gateProof.parse(state.proof) };
  },
  async update(step, _, state, news) {
    if (!state.done || !letsPodsGo(state, news)) return pass(news, step);
    // Pods that go make nothing that had not passed: a candidate whose pods cannot be ready must not keep users from going back.
    const { running, readAt } = figures(news, await readOnce(news, step));
    return { running, readAt, incarnations: state.incarnations, done: true, proof: gateProof.parse(state.proof) };
  },
  async delete() {
    // A gate leaves nothing behind.
  },
});

/** Whether nothing is asked but what has passed already, of fewer pods. */
function letsPodsGo(before: Inputs, after: Inputs): boolean {
  const asked = ({ environment, version, services }: Inputs) => ({
    environment,
    version,
    services: services.map(({ replicas, ...all }) => all),
  });
  const replicas = (it: Inputs) => it.services.map((one) => one.replicas);
  return (
    isDeepStrictEqual(asked(before), asked(after)) &&
    replicas(after).every((count, at) => count <= (replicas(before)[at] ?? 0))
  );
}

const untouched = "No traffic was moved.";

async function pass(it: Inputs, step: Step): Promise<Outputs> {
  const told = new Set<string>();
  const { rollouts, lastWords } = await watch(
    it,
    step,
    it.deadlineMs,
    (all) => {
      for (const { state, says, trouble } of all) {
        if (state === "done" || trouble === undefined || told.has(trouble.says)) continue;
        told.add(trouble.says);
        step.tell(`${it.environment}: ${says}`);
      }
      return all.some(({ state }) => state === "stalled") || isDone(all);
    },
    it.endpointDelayMs,
  );
  const missing = rollouts.flatMap(({ state, says }, at) =>
    state === "done" ? [] : [`${it.services[at]?.service} (${it.services[at]?.deployment}): ${says}`],
  );
  if (missing.length > 0) {
    throw new Problem({
      happened: `${it.environment} does not run ${it.version}: ${missing.length} of ${rollouts.length} services are not what was asked.`,
      where: `${missing.join("; ")}${lastWords === "" ? "" : `\nIts last words:\n${lastWords}`}`,
      untouched,
      next: "mend what is named, and run the update again: it goes on from this gate",
    });
  }
  const at = new Date().toISOString();
  return {
    ...figures(it, rollouts),
    done: true,
    proof: { gate: "health", environment: it.environment, version: it.version, passed: true, at },
  };
}

function isDone(rollouts: readonly Rollout[]): boolean {
  return rollouts.every(({ state }) => state === "done");
}

function figures(it: Inputs, rollouts: readonly Rollout[]): Omit<Outputs, "done" | "proof"> {
  return {
    running: Object.fromEntries(it.services.map(({ service }, at) => [service, rollouts[at]?.ready ?? 0])),
    incarnations: rollouts.map(({ incarnation }) => incarnation),
    readAt: new Date().toISOString(),
  };
}

async function readOnce(it: Inputs, step: Step): Promise<readonly Rollout[]> {
  return (await watch(it, step, 30_000, () => true)).rollouts;
}

async function watch(
  it: Inputs,
  step: Step,
  deadlineMs: number,
  settled: (rollouts: readonly Rollout[]) => boolean,
  holdsMs = 0,
): Promise<{ rollouts: readonly Rollout[]; lastWords: string }> {
  const [{ openClient }, { follow }, collections, { lastWordsOf }] = await Promise.all([
    import("./client.ts"),
    import("./follow.ts"),
    import("./collections.ts"),
    import("./lastWords.ts"),
  ]);
  const client = openClient(it.access);
  const labels = collections.common(it.services.map(({ selector }) => selector));
  let old: ReadonlySet<string> | undefined;
  const judge = (seen: SeenRollout) => {
    const troubles = troublesOf(seen);
    const still = new Set([...(old ?? troubles)].filter((trouble) => troubles.has(trouble)));
    old = still;
    return it.services.map((asked) => rolloutOf(asked, seen, still));
  };
  const seen = await follow(
    client,
    {
      deployments: collections.deployments(client, labels),
      replicaSets: collections.replicaSets(client, labels),
      pods: collections.pods(client, labels),
    },
    (snapshot) => settled(judge(snapshot)),
    {
      deadlineMs: deadlineMs + holdsMs,
      // What waiting does not help ends it at once.
      holds: (snapshot) => (isDone(judge(snapshot)) ? holdsMs : 0),
      signal: step.signal,
      asked: { doing: `tell what ${it.environment} runs`, where: client.where, untouched },
    },
  );
  const rollouts = judge(seen);
  const troubled = rollouts.find(({ state, trouble }) => state !== "done" && trouble?.log !== undefined)?.trouble;
  return { rollouts, lastWords: troubled === undefined ? "" : await lastWordsOf(client, troubled) };
}
