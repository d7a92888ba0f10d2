import type { Ending } from "../../../release/drillEnding.ts";
import { Problem } from "../../../release/problem.ts";
import { poll } from "../../poll.ts";
import { ask } from "../awsProblem.ts";
import { type DrillPart, type Drills, isDrill } from "./drilled.ts";

/** How long AWS may take to take it that something shall go, ms: also after Ctrl-C. */
const removeWithin = 60_000;

/** A drill's database that shall go. */
export interface Removal {
  readonly name: string;
  readonly stack: string;
  readonly region: string;
  readonly intervalMs: number;
  readonly beside: { readonly identifier: string };
}

/** How a drill is begun anew. */
export const again = "run the same command again";

/** Every error of a drill says so. */
export const originalUntouched = (original: string): string =>
  `${original} was only read, and never changed: a drill works on a database of its own.`;

/**
 * Asks that a drill's database shall go, and reads back that it does: what stands in another thing before that one. What is gone is removed.
 *
 * @throws Problem when AWS refuses it, it stays as it is, or it bears no tag of a drill
 */
export async function removeDrill(api: Drills, it: Removal, tell: (line: string) => void): Promise<Ending> {
  const endings: Ending[] = [];
  for (const part of api.parts.toReversed()) endings.push(await removePart(part, it, tell));
  return endings.find((ending) => ending !== "removed") ?? "removed";
}

async function removePart(part: DrillPart, it: Removal, tell: (line: string) => void): Promise<Ending> {
  // Ctrl-C ends the drill, not the cleaning up.
  const signal = AbortSignal.timeout(removeWithin);
  const called = part.called(it.name);
  const asked = {
    where: `RDS, ${it.region}, ${part.kind} ${it.name}`,
    untouched: originalUntouched(it.beside.identifier),
    again,
  };
  const read = () => ask({ ...asked, doing: `tell the state of ${called}` }, () => part.find(it.name, signal));
  const there = await read();
  if (there === undefined) return "removed";
  if (!isDrill(there, it.stack)) {
    throw new Problem({
      happened: `${called} bears no tag of a drill of the stack ${it.stack}, so it is left alone.`,
      where: asked.where,
      untouched: asked.untouched,
      next: "look at it in RDS: somebody took its tags away",
    });
  }
  let refusal: unknown;
  let taken = there.status === "deleting";
  const look = async () => {
    if (!taken) {
      try {
        await ask({ ...asked, doing: `remove ${called}` }, () => part.remove(it.name, signal));
        taken = true;
      } catch (error) {
        if (!isNotYet(error)) throw error;
        if (refusal === undefined) tell(`${called} is ${there.status}, and RDS does not let it go yet`);
        refusal = error;
      }
    }
    return read();
  };
  const patience = { intervalMs: it.intervalMs, deadlineMs: removeWithin / 2 };
  const last = await poll(look, (seen) => seen === undefined || seen.status === "deleting", patience, signal);
  if (last !== undefined && last.status !== "deleting") {
    if (!taken) throw refusal;
    throw new Problem({
      happened: `${called} was asked to go and is ${last.status}.`,
      where: asked.where,
      untouched: asked.untouched,
      next: "remove it with `greenlight drill snapshot --remove` a little later: it costs as long as it is there",
    });
  }
  const ending = last === undefined ? "removed" : "being removed";
  tell(`${called} is ${ending}, without a snapshot of it`);
  return ending;
}

/** RDS lets no cluster go while it is being made, or before it has noticed that the instance in it goes. */
function isNotYet(error: unknown): boolean {
  const cause = error instanceof Problem ? error.cause : undefined;
  return cause instanceof Error && cause.name === "InvalidDBClusterStateFault";
}
