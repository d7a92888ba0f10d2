import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { environmentNames, sayWeights, type Weights } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { trafficFaults } from "../../release/trafficFaults.ts";
import { gateProof } from "../gates/gateProofShape.ts";
import { handler, type Step } from "../handler.ts";
import { weightsShape } from "../weightsShape.ts";
import { EnvoyAdmin } from "./envoy/admin.ts";
import { readWeights } from "./envoy/runtimeLayer.ts";
import { folder } from "./folder.ts";
import { moveTraffic } from "./moveTraffic.ts";

const inputs = z.strictObject({
  dir: z.string(),
  listen: z.string(),
  adminPort: z.number().int(),
  services: z.array(z.string()).min(1),
  weights: weightsShape,
  /** Version in each environment, for the reader of a preview and for the proofs. */
  versions: z.strictObject({ blue: z.string().optional(), green: z.string().optional() }),
  /** What the gates passed; an environment without them gets no traffic. */
  proofs: z.array(gateProof),
  requires: z.array(z.enum(["health", "smoke"])),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** Weights that the proxy was seen to use. */
  readonly serving: Weights;
  /** ISO time of that reading. */
  readonly readAt: string;
}

/** The switch: shares of users' traffic for blue and green, for all services at the same instant. */
export const traffic = handler<Inputs, Outputs>({
  inputs,
  replaceOn: ["dir"],
  // A candidate that is deployed beside the live one moves no traffic, so a preview shows none.
  remarks: ["versions", "proofs"],
  drifted: (state) => !isDeepStrictEqual(state.serving, state.weights),
  async check(_, olds, news) {
    return { failures: trafficFaults(news, olds?.weights) };
  },
  async create(step, it) {
    return { id: `${it.dir}/traffic`, outputs: await serve(step, it, undefined) };
  },
  async read(_, __, state) {
    const seen = await seenWeights(state).catch(() => undefined);
    const serving = seen ?? readWeights(folder(state.dir).envoy, state.services[0] ?? "");
    return serving === undefined ? undefined : { serving, readAt: new Date().toISOString() };
  },
  async update(step, _, state, news) {
    return serve(step, news, state);
  },
  async delete() {
    // The proxy goes with its weights; while it stands, users are still served.
  },
});

async function serve(step: Step, it: Inputs, known: (Inputs & Outputs) | undefined): Promise<Outputs> {
  const before = await seenWeights(it);
  // A service that is new in this update has no weights yet: nobody moved it.
  const left = known === undefined ? before : await seenWeights({ ...it, services: known.services });
  if (known !== undefined && !isDeepStrictEqual(left, known.serving) && !isDeepStrictEqual(left, it.weights)) {
    throw new Problem({
      happened: `Somebody moved traffic: the proxy serves ${sayWeights(left)}, the last update left ${sayWeights(known.serving)}.`,
      where: `${it.services.join(", ")} on ${it.listen}`,
      untouched: "Traffic was left as it is.",
      next: "run `pulumi refresh` to take what serves now as the starting point, then the update again",
    });
  }
  if (isDeepStrictEqual(before, it.weights)) return { serving: before, readAt: new Date().toISOString() };
  await requireHealthy(step, it, before);
  const moved = await moveTraffic(it, it.weights, step.signal);
  return { serving: moved.weights, readAt: new Date(moved.readBackAt).toISOString() };
}

/** No shift unless every instance of the receiving side is healthy in the proxy's own eyes. */
async function requireHealthy(step: Step, it: Inputs, before: Weights): Promise<void> {
  const admin = new EnvoyAdmin(it.listen, it.adminPort);
  const deadline = Date.now() + 10_000;
  const receiving = environmentNames.filter((environment) => it.weights[environment] > before[environment]);
  for (const environment of receiving) {
    for (const service of it.services) {
      for (;;) {
        const { healthy, of } = await admin.healthy(service, environment);
        if (of > 0 && healthy === of) break;
        if (Date.now() > deadline) {
          throw new Problem({
            happened: `${environment} cannot take traffic: ${healthy} of ${of} instances of ${service} are healthy.`,
            where: `the proxy's health checks, ${it.listen}:${it.adminPort}/clusters`,
            untouched: `The proxy serves ${sayWeights(before)} as before.`,
            next: "run `greenlight status`; mend or redeploy the candidate, then the update again",
          });
        }
        await pause(50, undefined, { signal: step.signal });
      }
    }
  }
}

/** What the proxy uses for all services; services that differ are drift too, shown by the first that differs. */
async function seenWeights(it: Pick<Inputs, "listen" | "adminPort" | "services" | "weights">): Promise<Weights> {
  const seen = await new EnvoyAdmin(it.listen, it.adminPort).allWeights(it.services);
  const all = it.services.map((service) => seen[service] ?? { blue: 0, green: 0 });
  return all.find((weights) => !isDeepStrictEqual(weights, it.weights)) ?? all[0] ?? { blue: 0, green: 0 };
}
