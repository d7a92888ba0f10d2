import { z } from "zod";
import { checklistFacts, checklistLevels } from "../../release/checklist/facts.ts";
import { isJudged, judgedEnvironments } from "../../release/checklist/judged.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import {
  checkServing,
  checkTransition,
  historyAfter,
  type Kind,
  kindOf,
  kinds,
  type Refusal,
  type ReleaseFacts,
} from "../../release/transition.ts";
import { awsServingFacts } from "../aws/serving.ts";
import { type Checked, handler, type Step } from "../handler.ts";
import { kubernetesServingFacts } from "../kubernetes/facts.ts";
import { everServed, servingOnDisk } from "../local/serving.ts";

const deployed = z.strictObject({ version: z.string(), manifestDigest: z.string() });

const carried = z.strictObject({
  level: z.enum(checklistLevels),
  blue: checklistFacts.optional(),
  green: checklistFacts.optional(),
});

const inputs = z.strictObject({
  live: z.enum(["blue", "green"]),
  environments: z.strictObject({ blue: deployed.optional(), green: deployed.optional() }),
  services: z.array(z.string()),
  /** The stack's folder, where the local platform keeps what traffic was moved. */
  dir: z.string().optional(),
  /** Where what serves is read on AWS. */
  aws: awsServingFacts.optional(),
  /** Where what serves is read on Kubernetes. */
  kubernetes: kubernetesServingFacts.optional(),
  /** Percent of users' traffic that the side that is not live gets. */
  share: z.number().int().min(0).max(99).optional(),
  /** Instances of each service, where they follow traffic. */
  rolling: z
    .record(
      z.string(),
      z.strictObject({
        wanted: z.number().int().positive(),
        surge: z.number().int().positive(),
        blue: z.number().int().min(0),
        green: z.number().int().min(0),
      }),
    )
    .optional(),
  /** Address on which the local platform listens, for policies to judge before anything is started. */
  listen: z.string().optional(),
  /** What kind of update this is. Filled in when left out; a wrong one is refused. */
  kind: z.enum(kinds).optional(),
  /** Versions that were live before, newest first. Filled in from the update before. */
  history: z.array(z.string()).optional(),
  /** What the candidate's checklist is judged by; a release or a switch without it is refused. */
  checklist: carried.optional(),
});
type Inputs = z.infer<typeof inputs>;

/**
 * What this update does, as plain facts: the first resource of every update. Its `check` refuses an illegal transition
 * in preview and update alike, with or without policy packs.
 */
export const release = handler<Inputs, { stated: true }>({
  inputs,
  // After a switch the next update is none: that alone is nothing to show in a preview.
  remarks: ["kind", "checklist"],
  async check(step, olds, news): Promise<Checked> {
    const serving = olds === undefined ? [] : await servingNow(step, olds, news);
    // A first deployment that failed left facts behind but never served: nothing of it is live.
    const served = olds !== undefined && everServedBy(olds, serving);
    const before = served ? facts(olds) : undefined;
    const history = historyAfter(before, facts(news));
    const after = { ...facts(news), history: news.history ?? history };
    const kind = news.kind ?? kindOf(before, after);
    const refusals = [
      ...checkTransition(before, { ...after, kind }),
      ...checkServing(before, { ...after, kind }, serving),
    ];
    // What must not be at all needs no evidence.
    if (refusals.length === 0) refusals.push(...(await byChecklist({ ...news, kind })));
    return {
      inputs: { ...news, kind, history: [...after.history] },
      failures: refusals.map((it) => ({ property: it.field, reason: `${it.happened} ${it.next}`.trim() })),
    };
  },
  async create(step, it) {
    refuseReview(it);
    return { id: step.name, outputs: { stated: true } };
  },
  async update(_, __, ___, news) {
    refuseReview(news);
    return { stated: true };
  },
  async delete() {
    // Facts leave nothing behind.
  },
});

/** Environments that take users' traffic, as the platform says. @throws Problem when it does not say */
async function servingNow(step: Step, olds: Inputs, news: Inputs): Promise<readonly EnvironmentName[]> {
  if (news.dir !== undefined) return servingOnDisk(news.dir);
  if (olds.kubernetes !== undefined) {
    const { liveEnvironments } = await import("../kubernetes/liveServices.ts");
    return liveEnvironments(olds.kubernetes, step.signal);
  }
  if (olds.aws === undefined) return [];
  const { environmentsServing, readAwsServing } = await import("../aws/serving.ts");
  return environmentsServing(await readAwsServing(olds.aws, step.signal));
}

/** Whether users were ever served. In a cloud what leads nowhere of ours is as good as none: it was never switched. */
function everServedBy({ dir, aws, kubernetes }: Inputs, serving: readonly EnvironmentName[]): boolean {
  if (dir !== undefined) return everServed(dir);
  return (aws ?? kubernetes) === undefined || serving.length > 0;
}

/** The items and all that they judge by are loaded only for an update that is judged. */
async function byChecklist(it: Inputs & { kind: Kind }): Promise<readonly Refusal[]> {
  if (!isJudged(it.kind) || it.checklist?.level === "none") return [];
  const { checklistItems } = await import("../../release/checklist/items/index.ts");
  const { checklistRefusals } = await import("../../release/checklist/refusals.ts");
  return checklistRefusals(checklistItems, it, new Date());
}

/** A review judges less than an update must: its facts let nothing be applied. */
function refuseReview({ kind = "none", live, environments, checklist }: Inputs): void {
  if (checklist?.level !== "mandatory") return;
  if (judgedEnvironments(kind, live, checklist, environments).every((name) => checklist[name]?.phase === "day")) return;
  throw new Problem({
    happened: "The checklist was gathered for a review, which leaves out what is judged on the day.",
    untouched: "Nothing was changed.",
    next: "run the update without GREENLIGHT_REVIEW",
  });
}

function facts(it: Inputs): ReleaseFacts {
  const { live, environments, share, rolling } = it;
  return { live, environments, share, rolling, kind: it.kind ?? "none", history: it.history ?? [] };
}
