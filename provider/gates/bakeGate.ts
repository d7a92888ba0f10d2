import { z } from "zod";
import { spokenDuration } from "../../release/duration.ts";
import { type EnvironmentName, other, sayWeights, servesAll } from "../../release/environment.ts";
import { Problem, sentence } from "../../release/problem.ts";
import { sayServed, servesAsAsked } from "../../release/servesAsAsked.ts";
import { comparedVerdict, compareSides, toleranceOf } from "../../release/strategy/compareSides.ts";
import { kinds } from "../../release/transition.ts";
import type { Verdict } from "../../release/verdict.ts";
import { handler, type Step } from "../handler.ts";
import { thresholdsShape } from "../local/thresholdsShape.ts";
import { watch } from "../watch/watch.ts";
import { weightsShape } from "../weightsShape.ts";
import { bakeSource, type OpenBakeSource, openBakeSource } from "./bakeSource.ts";

const inputs = z.strictObject({
  source: bakeSource,
  services: z.array(z.string()).min(1),
  thresholds: thresholdsShape,
  /** The environment that the update calls live. */
  live: z.enum(["blue", "green"]),
  /** Shares of users' traffic in percent. */
  weights: weightsShape,
  versions: z.strictObject({ blue: z.string().optional(), green: z.string().optional() }),
  /** What kind of update this is, as the Release says. */
  kind: z.enum(kinds).optional(),
  /** Whether whoever gave the update watches what it moves. */
  watched: z.boolean(),
  /** How long to watch, and how much longer where nobody can judge yet; ms. */
  forMs: z.number().int().positive(),
  patienceMs: z.number().int().min(0),
  everyMs: z.number().int().positive(),
  /** Requests that each side must have answered before both are compared. */
  minRequests: z.number().int().min(0),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** The verdict and its grounds, or why nobody watched. */
  readonly verdict: string;
}

/** Pause between two lines that tell what is seen, ms. */
const tellEvery = 30_000;

/**
 * Stands after a switch, or a share of the traffic, and watches who was given it, inside the update: anything but a go fails it, with the
 * grounds. It judges as the command does: by the thresholds all the time and, while traffic is shared, against the other side at the end.
 */
export const bakeGate = handler<Inputs, Outputs>({
  inputs,
  // A verdict is asked for when traffic moves, and at no other time.
  remarks: [
    "source",
    "services",
    "thresholds",
    "versions",
    "kind",
    "watched",
    "forMs",
    "patienceMs",
    "everyMs",
    "minRequests",
  ],
  async create(step, it) {
    return { id: "bake", outputs: await pass(step, it, undefined) };
  },
  async update(step, _, state, news) {
    return pass(step, news, state);
  },
  async delete() {
    // A gate leaves nothing behind.
  },
});

async function pass(step: Step, it: Inputs, before: Inputs | undefined): Promise<Outputs> {
  const verdict = unwatched(it, before) ?? (await bake(step, it)).sentence;
  step.tell(verdict);
  return { verdict };
}

/** Why nobody is watched here; undefined where somebody is. */
function unwatched({ versions, kind, live, weights, watched }: Inputs, before: Inputs | undefined): string | undefined {
  if (versions.blue === undefined || versions.green === undefined) {
    return "Not watched: there is no other version to go back to.";
  }
  const side = other(live);
  const less = before?.live === live && weights[side] < before.weights[side];
  if (kind === "rollback" || less) return "Not watched: a way back waits for nobody.";
  return watched ? "Watched by the command that gave the update." : undefined;
}

/** Who was given traffic: the candidate while it has a share, else what is live. */
function givenTo({ live, weights }: Inputs): EnvironmentName {
  return weights[other(live)] > 0 ? other(live) : live;
}

async function bake(step: Step, it: Inputs): Promise<Verdict> {
  const environment = givenTo(it);
  const source = await openBakeSource(it.source, it.services, environment, step.signal);
  try {
    const verdict = await watched(step, it, source);
    const traffic = await trafficNow(it, source);
    step.signal.throwIfAborted();
    if (verdict.verdict === "go" && traffic.asAsked) return verdict;
    throw new Problem({
      happened:
        verdict.verdict === "go"
          ? `${environment} was watched, and traffic is not known to have stayed: its verdict says nothing.`
          : verdict.sentence,
      where: `${environment} ${it.versions[environment]} at ${it.weights[environment]} %, ${it.services.join(", ")}`,
      untouched: traffic.says + sayByItself(it, traffic.asAsked),
      next: `run \`greenlight rollback --reason "…"\` now, or ${wayBack(it)} and update${
        verdict.verdict === "no-go" ? "" : "; or run the update again: it watches anew"
      }`,
    });
  } catch (error) {
    // Whatever a cancelled update fails by, it was cancelled.
    step.signal.throwIfAborted();
    throw error;
  } finally {
    await source.close();
  }
}

async function watched(step: Step, it: Inputs, source: OpenBakeSource): Promise<Verdict> {
  const { services, weights, minRequests, forMs, patienceMs, everyMs } = it;
  const environment = givenTo(it);
  const version = it.versions[environment];
  const shared = servesAll(weights) === undefined;
  const count = shared ? await source.count() : undefined;
  const thresholds = thresholdsOf(it);
  step.tell(`watching ${environment} ${version} at ${weights[environment]} % for ${spokenDuration(forMs)}`);
  const end = Date.now() + forMs;
  let told = Date.now();
  const { verdict } = await watch({
    ...{ observer: source.observer, thresholds, services, forMs, everyMs, patienceMs, signal: step.signal },
    async compare(go) {
      if (count === undefined) return go;
      const sides = { stable: other(environment), next: environment };
      const found = compareSides(await count.soFar(), sides, services, toleranceOf(thresholds, minRequests));
      return comparedVerdict(go, weights[environment], found);
    },
    onLook(_, seen) {
      if (Date.now() - told < tellEvery) return;
      told = Date.now();
      const left = end - told;
      step.tell(`${left > 0 ? `${spokenDuration(left)} left` : "watched on"}: ${seen.sentence}`);
    },
  });
  return verdict;
}

/** Smoke tests are the gates' and the command's; a database is looked at where the figures of it are at hand. */
function thresholdsOf({ thresholds, source }: Inputs) {
  const told = source.platform !== "local" && source.watching.database !== undefined;
  return {
    ...thresholds,
    smoke: { ...thresholds.smoke, required: false },
    database: { ...thresholds.database, required: told },
  };
}

/** Whether traffic is where the update put it, as read, and that in words. */
async function trafficNow({ services, weights }: Inputs, source: OpenBakeSource) {
  try {
    const served = await source.serving();
    if (!servesAsAsked(served, { services }, weights)) {
      const says = `Traffic is not where the update put it any more: ${sayServed(served, services)}.`;
      return { asAsked: false, says };
    }
    const all = servesAll(weights);
    const where = all === undefined ? sayWeights(weights) : `${all} serves`;
    return { asAsked: true, says: `Traffic is where the update put it: ${where}.` };
  } catch (error) {
    return { asAsked: false, says: `Where traffic is could not be read: ${sentence(error).split("\n")[0]}` };
  }
}

/** The function that hears the same alarm may be a moment later than this reading. */
function sayByItself({ source }: Inputs, asAsked: boolean): string {
  if (!(source.platform === "aws" && source.byItself && asAsked)) return "";
  return " aws.rollback may take it back at any moment: `greenlight status` says where it is.";
}

/** What gives traffic back by plain Pulumi. */
function wayBack({ live, weights }: Inputs): string {
  return servesAll(weights) === undefined ? "take greenlight:share out" : `set greenlight:live to ${other(live)}`;
}
