import { spokenDuration } from "../../release/duration.ts";
import type { Event } from "../reporter.ts";
import { oneLine } from "./printable.ts";
import { isNotable, type ResourceEvent, sayResource } from "./resourceWords.ts";

/** A step shorter than this is not worth a line, ms. */
const worthTelling = 1_000;
/** While nothing changes, a look is told this often, ms. */
const lookEvery = 10_000;

interface Running {
  readonly event: ResourceEvent;
  readonly since: number;
  told: boolean;
}

/** Turns events into lines for a log that somebody reads afterwards: few, each complete. Times are epoch ms. */
export class PlainLog {
  readonly #running = new Map<string, Running>();
  #lastLook: { readonly at: number; readonly verdict: string } | undefined;

  /** The lines that an event is worth. */
  lines(event: Event, now: number): string[] {
    return this.#texts(event, now).map((text) => stamped(text, now));
  }

  /** Lines about what has been going on for long enough to be told. */
  due(now: number): string[] {
    const late = [...this.#running.values()].filter((it) => !it.told && now - it.since >= worthTelling);
    return late.map((it) => {
      it.told = true;
      return stamped(`${sayResource(it.event)} …`, now);
    });
  }

  #texts(event: Event, now: number): string[] {
    switch (event.kind) {
      case "phase-started":
        return [`${event.at} ${event.title}`];
      case "phase-done":
        return [`${event.phase} done (${spokenDuration(event.tookMs)})`];
      case "phase-skipped":
        return [`${event.phase} skipped: ${event.reason}`];
      case "phase-failed":
        return [`${event.phase} FAILED: ${event.reason}`, ...this.#unfinished(now)];
      case "step":
        return [event.text];
      case "warning":
        return [`WARNING ${event.text}`];
      case "resource":
        return this.#resource(event, now);
      case "look":
        return this.#look(event, now);
    }
  }

  #resource(event: ResourceEvent, now: number): string[] {
    const key = `${event.type} ${event.name}`;
    const before = this.#running.get(key);
    if (!event.done) {
      if (before !== undefined) return [];
      this.#running.set(key, { event, since: now, told: isNotable(event) });
      return isNotable(event) ? [`${sayResource(event)} …`] : [];
    }
    this.#running.delete(key);
    const tookMs = before === undefined ? 0 : now - before.since;
    if (!isNotable(event) && tookMs < worthTelling) return [];
    return [`${sayResource(event)} done (${spokenDuration(tookMs)})`];
  }

  /** What was under way when a phase failed is the place to look. */
  #unfinished(now: number): string[] {
    const texts = [...this.#running.values()].map(
      (it) => `not finished: ${sayResource(it.event)}, after ${spokenDuration(now - it.since)}`,
    );
    this.#running.clear();
    return texts;
  }

  #look(event: Extract<Event, { kind: "look" }>, now: number): string[] {
    const { verdict, remainingMs } = event;
    const last = this.#lastLook;
    if (last !== undefined && last.verdict === verdict.verdict && now - last.at < lookEvery) return [];
    this.#lastLook = { at: now, verdict: verdict.verdict };
    const left = remainingMs > 0 ? ` (${spokenDuration(remainingMs)} left)` : "";
    return [`${verdict.sentence}${left}`];
  }
}

function stamped(text: string, now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z ${oneLine(text)}`;
}
