import type { Ground } from "./ground.ts";
import type { Stage } from "./stage.ts";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Facts = Readonly<Record<string, Json>>;

/** How a scenario ended. */
export interface Seen {
  /** One sentence with figures. */
  readonly seen: string;
  readonly ok: boolean;
  /** More figures, for the summary. */
  readonly facts: Facts;
}

/** One thing that may happen to a release, and what must come of it. */
export interface Scenario<On extends Ground = Stage> {
  readonly name: string;
  readonly title: string;
  readonly expected: string;
  /** Whether requests may fail; otherwise a single one is a failure of the scenario. */
  readonly allowsFailures: boolean;
  /** Played by `--quick` too. */
  readonly quick: boolean;
  /** False: played when the load has ended. */
  readonly underLoad?: boolean;
  readonly play: (stage: On) => Promise<Seen>;
}

/** Name of every platform's first scenario: the others need what it deploys. */
export const firstScenario = "first-deployment";

/** Collects what is not as expected, so that a sentence can say all of it. */
export class Findings {
  readonly #wrong: string[] = [];

  /** Notes `otherwise` when something does not hold. */
  expect(holds: boolean, otherwise: string): void {
    if (!holds) this.#wrong.push(otherwise);
  }

  get ok(): boolean {
    return this.#wrong.length === 0;
  }

  /** The sentence, with what is wrong before it. */
  ended(sentence: string, facts: Facts = {}): Seen {
    return { ok: this.ok, seen: [...this.#wrong, sentence].map(asSentence).join(" "), facts };
  }
}

function asSentence(text: string): string {
  // A version keeps its small letter.
  const begun = /^v\d/.test(text) ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
