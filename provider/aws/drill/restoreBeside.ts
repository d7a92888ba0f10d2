import { spokenDuration } from "../../../release/duration.ts";
import { exitCodes } from "../../../release/exitCodes.ts";
import { Problem, sentence } from "../../../release/problem.ts";
import type { Step } from "../../handler.ts";
import { poll } from "../../poll.ts";
import { ask } from "../awsProblem.ts";
import { isDrill, type RestoreOrder, type rdsDrills, type SeenInstance } from "./rdsDrills.ts";

type Telling = Pick<Step, "signal" | "tell">;
type Drills = ReturnType<typeof rdsDrills>;

export interface RestoreBeside extends RestoreOrder {
  /** Name of the instance that is made. */
  readonly name: string;
  readonly region: string;
  /** Whether the instance stays when all is done, or when something failed. */
  readonly keep: boolean;
  readonly intervalMs: number;
  /** How long it may take until it is available. */
  readonly deadlineMs: number;
}

/** States from which no instance gets on by itself. */
const atEnd = /^(available|deleting|failed|stopped|storage-full|restore-error|incompatible-.+|inaccessible-.+)$/;
/** How long AWS may take to take it that an instance shall go, ms: also after Ctrl-C. */
const removeWithin = 60_000;

/** What became of the instance when the work with it was over. */
export type Ending = "kept" | "removed" | "being removed" | "still there";

/** Every error of a drill says so. */
export const originalUntouched = (instance: string): string =>
  `${instance} was only read, and never changed: a drill works on an instance of its own.`;

/**
 * Makes an instance from a snapshot, works with it, and removes it whatever became of the work, also when it is interrupted. An instance
 * of that name that is there already is left alone.
 *
 * @param work is given the instance when it is available, or in a state that it does not leave by itself
 * @throws Problem when it is there already, when AWS refuses it, and when it is not available in time; each says what is left of it
 */
export async function restoreBeside<T>(
  api: Drills,
  it: RestoreBeside,
  { signal, tell }: Telling,
  work: (restored: SeenInstance, restoredMs: number) => Promise<T>,
): Promise<{ readonly done: T; readonly ending: Ending }> {
  const original = originalUntouched(it.beside.identifier);
  const asked = { where: `RDS, ${it.region}, instance ${it.name}`, untouched: original, again };
  await requireFree(api, it, signal);
  const startedAt = performance.now();
  let refused = false;
  try {
    await ask({ ...asked, doing: `restore the snapshot ${it.snapshot} into ${it.name}` }, () =>
      api.restore(it.name, it, signal).catch((error: unknown) => {
        // What AWS said no to was not made; an answer that got lost says nothing.
        refused = isRefusal(error);
        throw error;
      }),
    );
    tell(`${it.name} is being made from ${it.snapshot}; it may take as long as ${spokenDuration(it.deadlineMs)}`);
    const restored = await available(api, it, { signal, tell });
    const done = await work(restored, Math.round(performance.now() - startedAt));
    return { done, ending: await end(api, it, tell) };
  } catch (error) {
    if (refused) {
      await requireFree(api, it, signal);
      throw error;
    }
    throw withRest(error, `${it.name} is ${sayEnding(await end(api, it, tell))}.`, original, it);
  }
}

const again = "run the same command again";

function isRefusal(error: unknown): boolean {
  return error instanceof Error && "$fault" in error && error.$fault === "client";
}

async function requireFree(api: Drills, it: RestoreBeside, signal: AbortSignal): Promise<void> {
  const where = `RDS, ${it.region}`;
  const untouched = originalUntouched(it.beside.identifier);
  const there = await ask({ doing: `tell whether ${it.name} is there`, where, untouched, again }, () =>
    api.instance(it.name, signal),
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

async function available(api: Drills, it: RestoreBeside, { signal, tell }: Telling): Promise<SeenInstance> {
  const where = `RDS, ${it.region}, instance ${it.name}`;
  const untouched = originalUntouched(it.beside.identifier);
  const began = performance.now();
  let before: string | undefined;
  let there = false;
  const last = await poll(
    async () => {
      const seen = await ask({ doing: `tell the state of ${it.name}`, where, untouched, again }, () =>
        api.instance(it.name, signal),
      );
      const took = Math.floor((performance.now() - began) / 60_000);
      const line = `${it.name} is ${seen?.status ?? "not there"}`;
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
    it,
    signal,
  );
  if (last !== undefined && atEnd.test(last.status)) return last;
  throw new Problem({
    happened:
      last === undefined && there
        ? `${it.name} was removed by somebody else while it was made.`
        : `${it.name} is ${last?.status ?? "not there"}, and not available after ${spokenDuration(it.deadlineMs)}: nothing is shown of ${it.snapshot}, neither good nor bad.`,
    where,
    untouched,
    next: "see the instance's events in RDS; a large database needs a longer --deadline",
  });
}

/** Asks that an instance of a drill shall go, and reads back that it does. One that is gone is removed. */
export async function removeDrill(
  api: Drills,
  it: Pick<RestoreBeside, "name" | "stack" | "region" | "intervalMs"> & {
    readonly beside: { readonly identifier: string };
  },
  tell: (line: string) => void,
): Promise<Ending> {
  // Ctrl-C ends the drill, not the cleaning up.
  const signal = AbortSignal.timeout(removeWithin);
  const asked = {
    where: `RDS, ${it.region}, instance ${it.name}`,
    untouched: originalUntouched(it.beside.identifier),
    again,
  };
  const read = () => ask({ ...asked, doing: `tell the state of ${it.name}` }, () => api.instance(it.name, signal));
  const there = await read();
  if (there === undefined) return "removed";
  if (!isDrill(there, it.stack)) {
    throw new Problem({
      happened: `${it.name} bears no tag of a drill of the stack ${it.stack}, so it is left alone.`,
      where: asked.where,
      untouched: asked.untouched,
      next: "look at it in RDS: somebody took its tags away",
    });
  }
  if (there.status !== "deleting") {
    await ask({ ...asked, doing: `remove ${it.name}` }, () => api.remove(it.name, signal));
  }
  const patience = { intervalMs: it.intervalMs, deadlineMs: removeWithin / 2 };
  const last = await poll(read, (seen) => seen === undefined || seen.status === "deleting", patience, signal);
  if (last !== undefined && last.status !== "deleting") {
    throw new Problem({
      happened: `${it.name} was asked to go and is ${last.status}.`,
      where: asked.where,
      untouched: asked.untouched,
      next: "remove it with `greenlight drill snapshot --remove` a little later: it costs as long as it is there",
    });
  }
  const ending = last === undefined ? "removed" : "being removed";
  tell(`${it.name} is ${ending}, without a snapshot of it`);
  return ending;
}

/** What becomes of the instance in the end. Never rejects: what the drill saw is not lost for an instance that does not go. */
async function end(api: Drills, it: RestoreBeside, tell: (line: string) => void): Promise<Ending> {
  if (it.keep) return "kept";
  try {
    return await removeDrill(api, it, tell);
  } catch (error) {
    tell(sentence(error));
    return "still there";
  }
}

/** An ending in words, after `<instance> is`. */
export function sayEnding(ending: Ending): string {
  const later = "`greenlight drill snapshot --remove` removes it; it costs as long as it is there";
  if (ending === "kept") return `kept: ${later}`;
  if (ending === "still there") return `still there, for it could not be removed: ${later}`;
  return ending;
}

function withRest(error: unknown, left: string, original: string, it: RestoreBeside): unknown {
  if (error instanceof Problem) {
    const { happened, where, next, exitCode, cause } = error;
    return new Problem({
      happened,
      ...(where === undefined ? {} : { where }),
      untouched: `${original} ${left}`,
      ...(next === undefined ? {} : { next }),
      exitCode,
      ...(cause === undefined ? {} : { cause }),
    });
  }
  const aborted = error instanceof Error && error.name === "AbortError";
  return new Problem({
    happened: aborted ? "The drill was interrupted." : `The drill stopped: ${sentence(error)}.`,
    where: `RDS, ${it.region}, instance ${it.name}`,
    untouched: `${original} ${left}`,
    next: again,
    ...(aborted ? { exitCode: exitCodes.interrupted } : {}),
    cause: error,
  });
}
