import { type Ending, sayEnding } from "../../release/drillEnding.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { CommandResult } from "../result.ts";
import { confirm } from "../terminal/confirm.ts";
import type { DrillOptions } from "./drillOptions.ts";

/** What a drill is made of: a database of RDS, or on Kubernetes a claim that one stood on. */
export type LeftKind = "instance" | "cluster" | "claim";

/** What a drill left. */
export interface Left {
  readonly kind: LeftKind;
  readonly identifier: string;
  /** Name of the snapshot that it was made from. */
  readonly snapshot: string | undefined;
  readonly status: string;
  /** ISO time; undefined while it is being made. */
  readonly madeAt: string | undefined;
}

/** What `greenlight drill snapshot --remove` ends with. */
export interface RemovedDrills {
  readonly ok: true;
  /** Each by its name, under what it is. */
  readonly removed: readonly ({ readonly [kind in LeftKind]?: string } & { readonly ending: Ending })[];
}

/** What a drill left, in words. */
export function sayLeft({ kind, identifier, status, snapshot, madeAt }: Left): string {
  const what = kind === "instance" ? "" : `the ${kind} `;
  return `${what}${identifier}, made ${madeAt ?? "just now"} from ${snapshot}, is ${status}`;
}

/** What is said of each that an earlier drill left. */
export function leftWarning(left: Left): string {
  const what = left.kind === "claim" ? "a claim" : "a database";
  return `an earlier drill left ${what}: ${sayLeft(left)}; \`greenlight drill snapshot --remove\` removes it`;
}

interface RemovalOrder extends Pick<DrillOptions, "snapshot" | "yes"> {
  readonly signal: AbortSignal;
  /** What stays as it is, in words. */
  readonly original: string;
  readonly untouched: string;
}

/** Removes what drills left of a snapshot, or of all, after a yes: one of them may be under way, or be looked at. */
export async function removeLeft(
  all: readonly Left[],
  { snapshot, yes, signal, original, untouched }: RemovalOrder,
  remove: (name: string) => Promise<Ending>,
): Promise<CommandResult<RemovedDrills>> {
  const left = all.filter((it) => snapshot === undefined || it.snapshot === snapshot);
  const text = `${original} was not touched.`;
  if (left.length === 0) {
    return {
      exitCode: exitCodes.ok,
      json: { ok: true, removed: [] },
      text: `No database of a drill is there. ${text}`,
    };
  }
  const question = `${left.map(sayLeft).join("; ")}. Remove ${left.length === 1 ? "it" : "them"}?`;
  if (!(await confirm(question, { yes, signal }))) {
    throw new Problem({
      happened: "Not confirmed.",
      untouched: `${untouched} Nothing was removed.`,
      exitCode: exitCodes.interrupted,
    });
  }
  const removed: { readonly kind: LeftKind; readonly name: string; readonly ending: Ending }[] = [];
  for (const { kind, identifier: name } of left) removed.push({ kind, name, ending: await remove(name) });
  return {
    exitCode: exitCodes.ok,
    json: { ok: true, removed: removed.map(({ kind, name, ending }) => ({ [kind]: name, ending })) },
    text: [...removed.map(({ name, ending }) => `${name} is ${sayEnding(ending)}.`), text].join("\n"),
  };
}
