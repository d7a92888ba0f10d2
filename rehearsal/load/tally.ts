import {
  type AnswersOf,
  type Bucket,
  type FailureKind,
  type FailureSample,
  failureKinds,
  type LoadWindow,
  type Mark,
  type Outcome,
  unknownOrigin,
} from "./answers.ts";
import { Count } from "./count.ts";

/** Samples kept of each kind between two marks, so that a flood of one hides no other; the counts go on. */
const samplesKept = 20;
const marksKept = 1000;

/** Counts by service, version and environment. */
class Parts {
  readonly #counts = new Map<string, { service: string; version: string; environment: string; count: Count }>();

  of(service: string, version: string, environment: string): Count {
    const key = `${service}\n${version}\n${environment}`;
    let part = this.#counts.get(key);
    if (part === undefined) {
      part = { service, version, environment, count: new Count() };
      this.#counts.set(key, part);
    }
    return part.count;
  }

  include(other: Parts): void {
    for (const { service, version, environment, count } of other.#counts.values()) {
      this.of(service, version, environment).include(count);
    }
  }

  answers(): AnswersOf[] {
    return [...this.#counts.values()].map(({ count, ...origin }) => ({ ...origin, ...count.answers() }));
  }

  total(): Count {
    const total = new Count();
    for (const { count } of this.#counts.values()) total.include(count);
    return total;
  }

  by(name: "version" | "environment"): Record<string, ReturnType<Count["answers"]>> {
    const counts = new Map<string, Count>();
    for (const part of this.#counts.values()) {
      const count = counts.get(part[name]) ?? new Count();
      count.include(part.count);
      counts.set(part[name], count);
    }
    return Object.fromEntries([...counts].map(([key, count]) => [key, count.answers()]));
  }
}

/** From one mark to the next. */
interface Stretch {
  readonly mark: Mark;
  readonly parts: Parts;
  readonly samples: Samples;
}

/** The first failures of each kind. */
class Samples {
  readonly #kept = new Map<FailureKind, FailureSample[]>();

  add(outcome: Outcome, failure: NonNullable<Outcome["failure"]>, version: string, environment: string): void {
    const { kind } = failure;
    const kept = this.#kept.get(kind) ?? [];
    this.#kept.set(kind, kept);
    if (kept.length >= samplesKept) return;
    kept.push({
      at: outcome.endedAt,
      sentAt: outcome.sentAt ?? null,
      service: outcome.service,
      request: `${outcome.method} ${outcome.path}`,
      version,
      environment,
      kind,
      error: failure.error.slice(0, 300),
    });
  }

  static merged(all: readonly Samples[]): FailureSample[] {
    return failureKinds
      .flatMap((kind) => all.flatMap((samples) => samples.#kept.get(kind) ?? []).slice(0, samplesKept))
      .sort((a, b) => a.at - b.at);
  }
}

/** Every outcome, by second for the timeline and by stretch for the marks. Bounded in size but for its seconds. */
export class Tally {
  readonly #stretches: [Stretch, ...Stretch[]];
  #stretch: Stretch;
  readonly #timeline: Bucket[] = [];
  #second: { at: number; parts: Parts };

  constructor(startedAt: number) {
    this.#stretch = newStretch({ id: 0, name: "start", at: startedAt });
    this.#stretches = [this.#stretch];
    this.#second = { at: secondOf(startedAt), parts: new Parts() };
  }

  /** Outcomes come in the order in which they ended. */
  add(outcome: Outcome): void {
    const version = outcome.version ?? unknownOrigin;
    const environment = outcome.environment ?? unknownOrigin;
    this.#turnTo(secondOf(outcome.endedAt));
    this.#second.parts.of(outcome.service, version, environment).add(outcome);
    this.#stretch.parts.of(outcome.service, version, environment).add(outcome);
    if (outcome.failure !== undefined) this.#stretch.samples.add(outcome, outcome.failure, version, environment);
  }

  get start(): Mark {
    return this.#stretches[0].mark;
  }

  mark(name: string, at: number): Mark {
    if (this.#stretches.length >= marksKept) throw new RangeError(`There are ${marksKept} marks already`);
    const mark = { id: this.#stretches.length, name, at };
    this.#stretch = newStretch(mark);
    this.#stretches.push(this.#stretch);
    return mark;
  }

  /** What ended since the mark, or between it and a later one. */
  since(id: number, now: number, inFlight: number, endId?: number): LoadWindow {
    const first = this.#stretches[id];
    const end = endId === undefined ? undefined : this.#stretches[endId];
    if (first === undefined || (endId !== undefined && (end === undefined || endId <= id))) {
      throw new RangeError(`There is no such stretch: mark ${id} to ${endId ?? "now"}`);
    }
    const stretches = this.#stretches.slice(id, endId);
    const parts = new Parts();
    for (const stretch of stretches) parts.include(stretch.parts);
    return {
      since: first.mark,
      until: end?.mark.at ?? now,
      inFlight,
      total: parts.total().answers(),
      samples: Samples.merged(stretches.map((stretch) => stretch.samples)),
      byVersion: parts.by("version"),
      byEnvironment: parts.by("environment"),
      parts: parts.answers(),
    };
  }

  /** Every second so far; one without an outcome is there too, empty. */
  timeline(now: number): Bucket[] {
    this.#turnTo(secondOf(now));
    return [...this.#timeline, { at: this.#second.at, parts: this.#second.parts.answers() }];
  }

  #turnTo(second: number): void {
    while (this.#second.at < second) {
      this.#timeline.push({ at: this.#second.at, parts: this.#second.parts.answers() });
      this.#second = { at: this.#second.at + 1000, parts: new Parts() };
    }
  }
}

function newStretch(mark: Mark): Stretch {
  return { mark, parts: new Parts(), samples: new Samples() };
}

function secondOf(time: number): number {
  return Math.floor(time / 1000) * 1000;
}
