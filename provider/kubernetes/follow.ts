import { setTimeout as pause } from "node:timers/promises";
import { type KubernetesListObject, type KubernetesObject, makeInformer } from "@kubernetes/client-node";
import { deadlineIn } from "../../release/deadline.ts";
import type { Client } from "./client.ts";
import { type Asked, kubernetesProblem, statusOf } from "./kubernetesProblem.ts";

/** Objects of one kind in the namespace that are followed. */
export interface Followed<T extends KubernetesObject> {
  /** Such as `/apis/apps/v1/namespaces/shop/deployments`. */
  readonly path: string;
  readonly labelSelector: string;
  readonly list: () => Promise<KubernetesListObject<T>>;
}

type Kinds = Readonly<Record<string, KubernetesObject>>;
export type Snapshot<K extends Kinds> = { readonly [Name in keyof K]: readonly K[Name][] };

/** How long a cluster may take to answer at all; a gate's own patience begins then. */
const firstAnswerMs = 30_000;

/** An API server that has just started refuses for a moment what it will allow: only what is refused for longer counts, ms. */
export const refusedForMs = 5_000;

/** Pause before a watch that broke is begun again, ms; each one longer up to the last. */
const pauses = [200, 500, 1_000, 2_000, 5_000];

/** Objects of a list as a watch brings them, plain: of the client's classes one would never be like another that came later. */
function asWatched<T extends KubernetesObject>(items: readonly T[]): T[] {
  return JSON.parse(JSON.stringify(items));
}

/**
 * Follows objects by watches until a snapshot of them settles it, or time is up; the last snapshot counts in both cases. One list and
 * one watch a kind, however long it takes: nothing is asked again and again. A watch that breaks, as when the API server restarts, is
 * begun again until time is up, which counts from the first whole snapshot; a right that is missing from the beginning (401, 403)
 * and still is after a few seconds ends it.
 *
 * @param settled asked after all kinds were listed, and after each change
 * @param it.holds what is settled must stay so for a time where this answers a time, ms; every watch stands all the while. What is settled
 *   when time is up is still given that time: nothing counts as settled that was not seen to stay so
 * @throws Problem when the cluster does not answer, or no longer does when time is up: the last snapshot would be of the past
 */
export async function follow<K extends Kinds>(
  client: Client,
  followed: { readonly [Name in keyof K]: Followed<K[Name]> },
  settled: (snapshot: Snapshot<K>) => boolean,
  it: {
    readonly deadlineMs: number;
    readonly signal: AbortSignal;
    readonly asked: Asked;
    readonly holds?: (snapshot: Snapshot<K>) => number;
  },
): Promise<Snapshot<K>> {
  const names = Object.keys(followed) as (keyof K & string)[];
  const deadline = deadlineIn(firstAnswerMs + it.deadlineMs, "The wait", it.signal);
  const closing = new AbortController();
  let patience: NodeJS.Timeout | undefined;
  let holding: NodeJS.Timeout | undefined;
  const answered = new Set<string>();
  const listed = new Set<string>();
  /** Kinds whose watch broke and that were not listed since. */
  const unseen = new Set<string>();
  let lastError: unknown;
  let isSettled = false;
  let over = false;
  const informers = names.map((name) => {
    const { path, list, labelSelector } = followed[name];
    const listing = async () => {
      const answer = await list();
      answered.add(name);
      unseen.delete(name);
      return { ...answer, items: asWatched(answer.items) };
    };
    return { name, informer: makeInformer<KubernetesObject>(client.config, path, listing, labelSelector) };
  });
  const snapshot = () =>
    Object.fromEntries(informers.map(({ name, informer }) => [name, informer.list()])) as unknown as Snapshot<K>;
  try {
    await new Promise<void>((resolve, reject) => {
      const done = () => {
        isSettled = true;
        resolve();
      };
      const timeIsUp = () => {
        over = true;
        if (holding === undefined || it.signal.aborted) resolve();
      };
      if (deadline.signal.aborted) timeIsUp();
      deadline.signal.addEventListener("abort", timeIsUp, { once: true });
      it.signal.addEventListener("abort", timeIsUp, { once: true, signal: closing.signal });
      const letGo = () => {
        clearTimeout(holding);
        holding = undefined;
        if (over) resolve();
      };
      const look = () => {
        try {
          if (listed.size < names.length) return;
          const seen = snapshot();
          if (!settled(seen)) return letGo();
          const holdsMs = it.holds?.(seen) ?? 0;
          if (holdsMs === 0) done();
          else holding ??= setTimeout(done, holdsMs);
        } catch (error) {
          reject(error);
        }
      };
      for (const { name, informer } of informers) {
        let broken = 0;
        let refusedSince: number | undefined;
        // A start that failed ends like one that did not, and tells by its error event.
        const begin = async () => {
          await informer.start();
          // A list that was under way when it was stopped opens its watch all the same.
          if (closing.signal.aborted) await informer.stop();
          if (!answered.has(name)) return;
          listed.add(name);
          if (listed.size === names.length) patience ??= setTimeout(timeIsUp, it.deadlineMs);
          look();
        };
        for (const verb of ["add", "update", "delete"] as const) {
          informer.on(verb, () => {
            broken = 0;
            look();
          });
        }
        informer.on("error", (error: unknown) => {
          // One that is stopped says so as an error.
          if (closing.signal.aborted) return;
          lastError = error;
          unseen.add(name);
          // What is not seen does not hold.
          letGo();
          if ([401, 403].includes(statusOf(error) ?? 0) && !listed.has(name)) refusedSince ??= Date.now();
          else refusedSince = undefined;
          if (refusedSince !== undefined && Date.now() - refusedSince >= refusedForMs) {
            reject(error);
            return;
          }
          const wait = pauses[Math.min(broken, pauses.length - 1)];
          broken += 1;
          pause(wait, undefined, { signal: closing.signal }).then(begin).catch(reject);
        });
        begin().catch(reject);
      }
    });
  } catch (error) {
    it.signal.throwIfAborted();
    if (!deadline.passed()) throw kubernetesProblem(error, it.asked);
  } finally {
    clearTimeout(patience);
    clearTimeout(holding);
    closing.abort();
    deadline.end();
    await Promise.all(informers.map(({ informer }) => informer.stop()));
  }
  it.signal.throwIfAborted();
  if (listed.size < names.length || (!isSettled && unseen.size > 0))
    throw kubernetesProblem(lastError ?? new Error("it did not answer in time"), it.asked);
  return snapshot();
}
