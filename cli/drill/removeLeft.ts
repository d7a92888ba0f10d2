import type { SeenInstance } from "../../provider/aws/drill/rdsDrills.ts";
import { type Ending, originalUntouched } from "../../provider/aws/drill/restoreBeside.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { CommandResult } from "../result.ts";
import { confirm } from "../terminal/confirm.ts";

/** What `greenlight drill snapshot --remove` ends with. */
export interface RemovedDrills {
  readonly ok: true;
  readonly removed: readonly { readonly instance: string; readonly ending: Ending }[];
}

/** An instance that a drill left, in words. */
export function sayLeft({ identifier, status, drill, madeAt }: SeenInstance): string {
  return `${identifier}, made ${madeAt ?? "just now"} from ${drill?.snapshot}, is ${status}`;
}

/** Removes what drills left, after a yes: one of them may be under way, or be looked at. */
export async function removeLeft(
  left: readonly SeenInstance[],
  { yes, signal, original }: { readonly yes: boolean; readonly signal: AbortSignal; readonly original: string },
  remove: (name: string) => Promise<Ending>,
): Promise<CommandResult<RemovedDrills>> {
  const text = `${original} was not touched.`;
  if (left.length === 0) {
    return {
      exitCode: exitCodes.ok,
      json: { ok: true, removed: [] },
      text: `No instance of a drill is there. ${text}`,
    };
  }
  const question = `${left.map(sayLeft).join("; ")}. Remove ${left.length === 1 ? "it" : "them"}?`;
  if (!(await confirm(question, { yes, signal }))) {
    throw new Problem({
      happened: "Not confirmed.",
      untouched: `${originalUntouched(original)} No instance was removed.`,
      exitCode: exitCodes.interrupted,
    });
  }
  const removed: { instance: string; ending: Ending }[] = [];
  for (const { identifier } of left) removed.push({ instance: identifier, ending: await remove(identifier) });
  return {
    exitCode: exitCodes.ok,
    json: { ok: true, removed },
    text: [...removed.map(({ instance, ending }) => `${instance} is ${ending}.`), text].join("\n"),
  };
}
