import { z } from "zod";
import { Problem } from "../../release/problem.ts";
import { trafficFaults } from "../../release/trafficFaults.ts";
import { gateProof } from "../gates/gateProofShape.ts";
import { handler, type Step } from "../handler.ts";
import { weightsShape } from "../weightsShape.ts";
import { kubernetesAccess } from "./facts.ts";
import {
  agrees,
  type Leads,
  leadsTo,
  receivingFault,
  type SeenTraffic,
  sayLeads,
  strangers,
  switchedService,
} from "./switching.ts";
import { watchTraffic } from "./watchTraffic.ts";

const inputs = z.strictObject({
  access: kubernetesAccess,
  /** In the order in which they switch. */
  services: z.array(switchedService).min(1),
  weights: weightsShape,
  versions: z.strictObject({ blue: z.string().optional(), green: z.string().optional() }),
  /** What the gates passed; an environment without them gets no traffic. */
  proofs: z.array(gateProof),
  requires: z.array(z.enum(["health", "smoke"])),
  deadlineMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** By service: where this update leads users, or where a refresh found them led. */
  readonly serving: Readonly<Record<string, Leads>>;
  /** ISO time. */
  readonly passedAt: string;
}

/**
 * Stands before what users are led by: the live Services, or a Gateway's HTTPRoutes. Passes when nobody else changed where they lead, the
 * receiving environment has the proofs of its gates, and its pods are all ready and at least as many as those that serve now, or as its
 * share takes.
 */
export const switchGate = handler<Inputs, Outputs>({
  inputs,
  // A candidate that is deployed beside the live one moves no traffic, so a preview shows none.
  remarks: ["access", "versions", "proofs", "deadlineMs"],
  drifted: (state) => Object.values(state.serving).some((it) => !agrees(it, state.weights)),
  async check(_, olds, news) {
    return { failures: trafficFaults(news, olds?.weights) };
  },
  async create(step, it) {
    return { id: "switch-gate", outputs: await pass(step, it, undefined) };
  },
  async read(step, _, state) {
    const { seen } = await watchTraffic(state, step, 30_000, () => true);
    const now = state.services.map((it) => ({ service: it.service, leads: leadsTo(it, seen) }));
    const serving = Object.fromEntries(
      now.map(({ service, leads }) => [service, agrees(leads, state.weights) ? state.weights : leads]),
    );
    return { serving, passedAt: state.passedAt };
  },
  async update(step, _, state, news) {
    return pass(step, news, state.serving);
  },
  async delete() {
    // A gate leaves nothing behind; what leads users goes with its own resources.
  },
});

async function pass(step: Step, it: Inputs, left: Outputs["serving"] | undefined): Promise<Outputs> {
  const movedIn = (seen: SeenTraffic) => strangers(it.services, seen, left, it.weights);
  const faultsIn = (seen: SeenTraffic) =>
    it.services.flatMap(
      (one) => receivingFault(one, it.weights, leadsTo(one, seen), seen.pods, left?.[one.service]) ?? [],
    );
  const { seen, where } = await watchTraffic(
    it,
    step,
    it.deadlineMs,
    (all) => movedIn(all).length > 0 || faultsIn(all).length === 0,
  );
  const moved = movedIn(seen);
  if (moved.length > 0) {
    throw new Problem({
      happened: `Somebody moved traffic: ${moved.join("; ")}.`,
      where,
      untouched: "Traffic was left as it is.",
      next: "find out who did (kubectl get <service or httproute> <name> --show-managed-fields -o yaml names the field manager); `pulumi refresh` takes what serves now as the starting point, then run the update again",
    });
  }
  const faults = faultsIn(seen);
  if (faults.length > 0) {
    const serving = it.services.map((one) => `${one.service} by ${sayLeads(leadsTo(one, seen))}`);
    throw new Problem({
      happened: `Traffic was not moved: ${faults.join("; ")}.`,
      where,
      untouched: `Users are served as before: ${serving.join("; ")}.`,
      next: "mend or redeploy the candidate, or give it as many pods (where services scale by load, `pulumi refresh` has the update do that), then run the update again",
    });
  }
  return {
    serving: Object.fromEntries(it.services.map(({ service }) => [service, it.weights])),
    passedAt: new Date().toISOString(),
  };
}
