import { type Ending, endingOf, sayEnding } from "../../../release/drillEnding.ts";
import { spokenDuration } from "../../../release/duration.ts";
import { exitCodes } from "../../../release/exitCodes.ts";
import { Problem, sentence } from "../../../release/problem.ts";
import type { Step } from "../../handler.ts";
import { poll } from "../../poll.ts";
import { ask } from "../awsProblem.ts";
import {
  type DrillPart,
  type Drills,
  findDrilled,
  isDrill,
  type RestoreOrder,
  type SeenDatabase,
  wholeOf,
} from "./drilled.ts";
import { again, originalUntouched, type Removal, removeDrill } from "./removeDrill.ts";

type Telling = Pick<Step, "signal" | "tell">;

export interface RestoreBeside extends RestoreOrder, Omit<Removal, "beside"> {
  /** Whether the database stays when all is done, or when something failed. */
  readonly keep: boolean;
  /** How long it may take until it is available. */
  readonly deadlineMs: number;
}

/** States from which nothing gets on by itself. */
const atEnd = /^(available|deleting|(.+-)?failed|stopped|storage-full|restore-error|incompatible-.+|inaccessible-.+)$/;

/**
 * Makes a database from a snapshot, works with it, and removes it whatever became of the work, also when it is interrupted. What bears
 * its name already is left alone.
 *
 * @param work is given the database when it is available, or in a state that it does not leave by itself
 * @throws Problem when it is there already, when AWS refuses it, and when it is not available in time; each says what is left of it
 */
export async function restoreBeside<T>(
  api: Drills,
  it: RestoreBeside,
  { signal, tell }: Telling,
  work: (restored: SeenDatabase, restoredMs: number) => Promise<T>,
): Promise<{ readonly done: T; readonly ending: Ending }> {
  await requireFree(api, it, signal);
  const startedAt = performance.now();
  const parts: SeenDatabase[] = [];
  let nothingMade = false;
  const end = () => endingOf(it.keep, () => removeDrill(api, it, tell), tell);
  try {
    for (const part of api.parts) {
      await ask({ ...about(part, it), doing: part.making(it.name, it) }, () =>
        part.make(it.name, it, signal).catch((error: unknown) => {
          // What AWS said no to was not made; an answer that got lost says nothing.
          nothingMade = parts.length === 0 && isRefusal(error);
          throw error;
        }),
      );
      const long = `it may take as long as ${spokenDuration(it.deadlineMs)}`;
      const from = parts.length === 0 ? ` from ${it.snapshot}; ${long}` : "";
      tell(`${part.called(it.name)} is being made${from}`);
      const left = Math.max(0, it.deadlineMs - (performance.now() - startedAt));
      const seen = await available(part, it, left, { signal, tell });
      parts.push(seen);
      // Nothing can be made in what is not there.
      if (seen.status !== "available") break;
    }
    const restored = wholeOf(parts);
    if (restored === undefined) throw new Error("a drill's database has parts");
    const done = await work(restored, Math.round(performance.now() - startedAt));
    return { done, ending: await end() };
  } catch (error) {
    if (nothingMade) {
      await requireFree(api, it, signal);
      throw error;
    }
    throw withRest(error, `${it.name} is ${sayEnding(await end())}.`, api, it);
  }
}

function about({ kind }: { readonly kind: string }, it: RestoreBeside) {
  return {
    where: `RDS, ${it.region}, ${kind} ${it.name}`,
    untouched: originalUntouched(it.beside.identifier),
    again,
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && "$fault" in error && error.$fault === "client";
}

async function requireFree(api: Drills, it: RestoreBeside, signal: AbortSignal): Promise<void> {
  const where = `RDS, ${it.region}`;
  const untouched = originalUntouched(it.beside.identifier);
  const there = await ask({ doing: `tell whether ${it.name} is there`, where, untouched, again }, () =>
    findDrilled(api, it.name, signal),
  );
  if (there === undefined) return;
  const own = isDrill(there, it.stack);
  throw new Problem({
    happened: own
      ? `${it.name} is there already, from a drill that is under way or was cut off: it is ${there.status}, made ${there.madeAt ?? "just now"}.`
      : `${it.name} is there already, and no drill of the stack ${it.stack} made it.`,
    where,
    untouched,
    next: own
      ? "wait for whoever drills, or remove it with `greenlight drill snapshot --remove`, and drill again"
      : "rename or remove it in RDS if it is nobody's, or drill another snapshot",
    exitCode: own ? exitCodes.busy : exitCodes.usage,
  });
}

async function available(
  part: DrillPart,
  it: RestoreBeside,
  deadlineMs: number,
  { signal, tell }: Telling,
): Promise<SeenDatabase> {
  const called = part.called(it.name);
  const began = performance.now();
  let before: string | undefined;
  let there = false;
  const last = await poll(
    async () => {
      const seen = await ask({ ...about(part, it), doing: `tell the state of ${called}` }, () =>
        part.find(it.name, signal),
      );
      const took = Math.floor((performance.now() - began) / 60_000);
      const line = `${called} is ${seen?.status ?? "not there"}`;
      if (`${line} ${took}` !== before) tell(took === 0 ? line : `${line}, after ${took} min`);
      before = `${line} ${took}`;
      return seen;
    },
    (seen) => {
      // What was made is told late; what was there and is gone does not come back.
      if (seen === undefined) return there;
      there = true;
      return atEnd.test(seen.status);
    },
    { intervalMs: it.intervalMs, deadlineMs },
    signal,
  );
  if (last !== undefined && atEnd.test(last.status)) return last;
  const { where, untouched } = about(part, it);
  throw new Problem({
    happened:
      last === undefined && there
        ? `${called} was removed by somebody else while it was made.`
        : `${called} is ${last?.status ?? "not there"}, and not available after ${spokenDuration(it.deadlineMs)}: nothing is shown of ${it.snapshot}, neither good nor bad.`,
    where,
    untouched,
    next: `see the ${part.kind}'s events in RDS; a large database needs a longer --deadline`,
  });
}

function withRest(error: unknown, left: string, api: Drills, it: RestoreBeside): unknown {
  const untouched = `${originalUntouched(it.beside.identifier)} ${left}`;
  if (error instanceof Problem) {
    const { happened, where, next, exitCode, cause } = error;
    return new Problem({
      happened,
      ...(where === undefined ? {} : { where }),
      untouched,
      ...(next === undefined ? {} : { next }),
      exitCode,
      ...(cause === undefined ? {} : { cause }),
    });
  }
  const aborted = error instanceof Error && error.name === "AbortError";
  return new Problem({
    happened: aborted ? "The drill was interrupted." : `The drill stopped: ${sentence(error)}.`,
    where: about(api, it).where,
    untouched,
    next: again,
    ...(aborted ? { exitCode: exitCodes.interrupted } : {}),
    cause: error,
  });
}
