import { z } from "zod";
import { groups } from "../release/checklist/item.ts";
import type { JudgedItem } from "../release/checklist/judgedItem.ts";
import { Problem } from "../release/problem.ts";
import { complaint, type Ended } from "./command.ts";
import type { Ground } from "./ground.ts";

const checklistLine = z.looseObject({ id: z.string(), group: z.enum(groups), title: z.string(), reason: z.string() });

/** The part of what `greenlight release` ends with that the rehearsal judges by. */
const endedShape = z.looseObject({
  outcome: z.enum(["released", "rolled-back", "refused", "failed", "undecided", "interrupted"]),
  sentence: z.string(),
  environment: z.enum(["blue", "green"]),
  phases: z.array(
    z.looseObject({
      id: z.string(),
      status: z.string(),
      startedAt: z.number(),
      endedAt: z.number(),
      reason: z.string().optional(),
    }),
  ),
  checklist: z.array(z.custom<JudgedItem>((it) => checklistLine.safeParse(it).success)).optional(),
  verdict: z
    .looseObject({ verdict: z.enum(["go", "no-go", "undecided"]), at: z.number(), sentence: z.string() })
    .optional(),
  rollback: z.looseObject({ stateInLine: z.boolean(), verified: z.looseObject({ passed: z.boolean() }) }).optional(),
  serving: z.looseObject({ environment: z.string().optional(), version: z.string().optional() }),
});

export type ReleaseEnd = z.infer<typeof endedShape> & { readonly exitCode: number | undefined };

/** What a finished `greenlight release` says, noted for the report. */
export function releaseEnd(stage: Ground, version: string, ended: Ended): ReleaseEnd {
  const parsed = endedShape.safeParse(ended.json);
  if (!parsed.success) {
    throw new Problem({
      happened: `The release of ${version} ended with ${ended.exitCode ?? "a signal"}: ${complaint(ended)}`,
    });
  }
  const { verdict, outcome, checklist } = parsed.data;
  if (checklist !== undefined) stage.recorded.checklists.push({ version, items: checklist });
  if (verdict !== undefined) {
    const { at, sentence } = verdict;
    const afterwards = outcome === "rolled-back" ? parsed.data.sentence.replace(sentence, "").trim() : undefined;
    stage.verdict({ at, version, verdict: verdict.verdict, sentence, ...(afterwards ? { afterwards } : {}) });
  }
  return { ...parsed.data, exitCode: ended.exitCode };
}

export async function release(stage: Ground, version: string): Promise<ReleaseEnd> {
  return releaseEnd(stage, version, await stage.greenlight("release", version));
}

/** First line of why a phase failed, without the Problem's further parts and without a sentence that only announces the next line. */
export function failureOf(end: ReleaseEnd): string {
  const failed = end.phases.find((it) => it.status === "failed");
  const [first = ""] = (failed?.reason ?? end.sentence).split("\n");
  return `${failed?.id ?? "no phase"}: ${first.replace(/(?<=\.) [^.]*:$/, "")}`;
}

/** Milliseconds that each phase took. */
export function phaseTimes(end: ReleaseEnd): Record<string, number> {
  return Object.fromEntries(end.phases.map((it) => [it.id, Math.round(it.endedAt - it.startedAt)]));
}
