import type { DatabaseKind } from "../../provider/aws/databaseKind.ts";
import type { SeenDatabase } from "../../provider/aws/drill/drilled.ts";
import { type Ending, originalUntouched } from "../../provider/aws/drill/removeDrill.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { CommandResult } from "../result.ts";
import { confirm } from "../terminal/confirm.ts";

/** What `greenlight drill snapshot --remove` ends with. */
export interface RemovedDrills {
  readonly ok: true;
  /** Each by its name, under `instance` or `cluster`. */
  readonly removed: readonly ({ readonly [kind in DatabaseKind]?: string } & { readonly ending: Ending })[];
}

/** A database that a drill left, in words. */
export function sayLeft({ kind, identifier, status, drill, madeAt }: SeenDatabase): string {
  return `${kind === "cluster" ? "the cluster " : ""}${identifier}, made ${madeAt ?? "just now"} from ${drill?.snapshot}, is ${status}`;
}

/** Removes what drills left, after a yes: one of them may be under way, or be looked at. */
export async function removeLeft(
  left: readonly SeenDatabase[],
  { yes, signal, original }: { readonly yes: boolean; readonly signal: AbortSignal; readonly original: string },
  remove: (name: string) => Promise<Ending>,
): Promise<CommandResult<RemovedDrills>> {
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
      untouched: `${originalUntouched(original)} Nothing was removed.`,
      exitCode: exitCodes.interrupted,
    });
  }
  const removed: { readonly kind: DatabaseKind; readonly name: string; readonly ending: Ending }[] = [];
  for (const { kind, identifier: name } of left) removed.push({ kind, name, ending: await remove(name) });
  return {
    exitCode: exitCodes.ok,
    json: { ok: true, removed: removed.map(({ kind, name, ending }) => ({ [kind]: name, ending })) },
    text: [...removed.map(({ name, ending }) => `${name} is ${ending}.`), text].join("\n"),
  };
}
