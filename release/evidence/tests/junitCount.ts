import { shown } from "../shown.ts";
import { earliest, type StatedTime, statedTime } from "../statedTime.ts";
import { mostNames, type TestsSummary } from "./summary.ts";

type Attributes = Readonly<Record<string, string>>;

interface Tally {
  tests: number;
  bad: number;
  skipped: number;
  /** With an earlier try of the same test. */
  retried: number;
  /** Test cases over the total that their suite states. */
  uncounted: number;
}

/** A suite, or all suites, that is still open. */
interface Suite {
  readonly attributes: Attributes;
  /** Of the test cases directly in it, and of all in it. */
  readonly own: Tally;
  readonly all: Tally;
}

interface Case {
  /** As it is shown; only few are asked for it. */
  readonly name: () => string;
  failed: boolean;
  broke: boolean;
  skipped: boolean;
  retried: boolean;
}

const skippedWords = new Set(["skipped", "disabled", "notrun", "ignored", "suppressed", "pending"]);
const failedWords = new Set(["failed", "fail", "failure", "error"]);

/** Counts the test cases of a JUnit report while its elements go by, and compares them with the totals that it states. */
export class JUnitCount {
  readonly #suites: Suite[] = [];
  #case: Case | undefined;
  #failed = 0;
  #errors = 0;
  #retried = 0;
  #tests = 0;
  #skipped = 0;
  readonly #failedNames: string[] = [];
  readonly #skippedNames: string[] = [];
  readonly #retriedNames: string[] = [];
  readonly #contradictions: string[] = [];
  #at: StatedTime | undefined;

  open(element: string, attributes: Attributes): void {
    const inside = this.#case;
    switch (element) {
      case "testsuites":
      case "testsuite":
        this.#suites.push({ attributes, own: none(), all: none() });
        this.#at = earliest(this.#at, statedTime(attributes.timestamp));
        return;
      case "testcase":
        if (inside !== undefined) throw new Error("a test case of it holds another one");
        this.#case = caseOf(attributes);
        this.#at = earliest(this.#at, statedTime(attributes.timestamp));
        return;
      case "failure":
        if (inside === undefined) this.#suiteBroke();
        else inside.failed = true;
        return;
      case "error":
        if (inside === undefined) this.#suiteBroke();
        else inside.broke = true;
        return;
      case "skipped":
        if (inside !== undefined) inside.skipped = true;
        return;
      // Surefire and Playwright: an earlier try of the same test.
      case "flakyFailure":
      case "flakyError":
      case "rerunFailure":
      case "rerunError":
        if (inside !== undefined) inside.retried = true;
        return;
    }
  }

  close(element: string): void {
    if (element === "testcase") {
      if (this.#case !== undefined) this.#ended(this.#case);
      this.#case = undefined;
    } else if (element === "testsuite" || element === "testsuites") {
      const suite = this.#suites.pop();
      if (suite === undefined) return;
      this.#uncounted(suite);
      this.#compare(suite);
      const outer = this.#suites.at(-1);
      if (outer !== undefined) addTo(outer.all, suite.all);
    }
  }

  summary(): TestsSummary {
    return {
      tests: this.#tests,
      failed: this.#failed,
      errors: this.#errors,
      skipped: this.#skipped,
      failedNames: this.#failedNames,
      skippedNames: this.#skippedNames,
      retried: this.#retried,
      retriedNames: this.#retriedNames,
      contradictions: this.#contradictions,
      ...(this.#at === undefined ? {} : { at: this.#at.at, zoned: this.#at.zoned }),
    };
  }

  #ended(it: Case): void {
    const bad = it.failed || it.broke;
    const one: Tally = {
      tests: 1,
      bad: bad ? 1 : 0,
      skipped: it.skipped && !bad ? 1 : 0,
      retried: it.retried ? 1 : 0,
      uncounted: 0,
    };
    const suite = this.#suites.at(-1);
    if (suite !== undefined) {
      addTo(suite.own, one);
      addTo(suite.all, one);
    }
    this.#tests += 1;
    if (it.failed) this.#failed += 1;
    else if (it.broke) this.#errors += 1;
    else if (it.skipped) this.#skipped += 1;
    if (bad) keep(this.#failedNames, it.name, mostNames.failed);
    else if (it.skipped) keep(this.#skippedNames, it.name, mostNames.skipped);
    else if (it.retried) {
      this.#retried += 1;
      keep(this.#retriedNames, it.name, mostNames.retried);
    }
  }

  /** A suite that failed outside of its test cases, while it was set up for one. */
  #suiteBroke(): void {
    this.#errors += 1;
    const suite = this.#suites.at(-1);
    if (suite === undefined) return;
    suite.own.bad += 1;
    suite.all.bad += 1;
    keep(this.#failedNames, shown(suite.attributes.name || "a suite"), mostNames.failed);
  }

  /**
   * A suite with more test cases than it counts: jest-junit writes a todo as a test case that looks passed and does not count it.
   * Surefire's totals are of the last try alone, so with retries they say nothing.
   */
  #uncounted({ attributes, own, all }: Suite): void {
    const looksPassed = own.tests - own.bad - own.skipped;
    const excess = Math.min(looksPassed, own.tests - (stated(attributes, ["tests"]) ?? own.tests));
    if (!(excess > 0) || own.tests !== all.tests || all.retried > 0) return;
    all.uncounted = excess;
    this.#skipped += excess;
    const what = excess === 1 ? "1 test case that it does not count" : `${excess} test cases that it does not count`;
    keep(this.#skippedNames, `${shown(attributes.name || "the report", 200)}: ${what}`, mostNames.skipped);
  }

  #compare({ attributes, own, all }: Suite): void {
    const name = shown(attributes.name || "the report", 80);
    const say = (text: string) => keep(this.#contradictions, `${name} ${text}`, mostNames.contradictions);
    const tests = stated(attributes, ["tests"]);
    const bad = stated(attributes, ["failures", "errors"]);
    const skipped = stated(attributes, ["skipped", "disabled"]);
    const right = [all.tests, own.tests, all.tests - all.uncounted, undefined].includes(tests);
    if (!right && !(all.retried > 0 && tests !== undefined && tests <= all.tests)) {
      say(`says tests="${shown(attributes.tests ?? "", 20)}" and holds ${all.tests}`);
    }
    // A test may fail in several places, so of more than one failure only fewer are hidden.
    if (bad !== undefined && (Number.isNaN(bad) || bad < own.bad || (bad > 0 && all.bad === 0))) {
      say(`says that ${Number.isNaN(bad) ? "no number" : bad} failed where ${all.bad} did`);
    }
    if (skipped !== undefined && !(skipped <= all.skipped)) {
      say(`says that ${Number.isNaN(skipped) ? "no number" : skipped} were skipped and shows ${all.skipped}`);
    }
  }
}

function caseOf({ name = "", classname = "", status = "", result = "" }: Attributes): Case {
  const words = [status.toLowerCase(), result.toLowerCase()];
  const outer = classname === "" || classname === name ? "" : `${classname} > `;
  return {
    name: () => shown(`${outer}${name}`) || "a test without a name",
    failed: words.some((it) => failedWords.has(it)),
    broke: false,
    skipped: words.some((it) => skippedWords.has(it)),
    retried: false,
  };
}

/** The sum of stated totals; undefined when none is stated, NaN when one is no number. */
function stated(attributes: Attributes, names: readonly string[]): number | undefined {
  const texts = names.flatMap((name) => attributes[name] ?? []).filter((text) => text !== "");
  if (texts.length === 0) return undefined;
  return texts.reduce((sum, text) => sum + (/^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN), 0);
}

const none = (): Tally => ({ tests: 0, bad: 0, skipped: 0, retried: 0, uncounted: 0 });

function addTo(sum: Tally, more: Tally): void {
  sum.tests += more.tests;
  sum.bad += more.bad;
  sum.skipped += more.skipped;
  sum.retried += more.retried;
  sum.uncounted += more.uncounted;
}

function keep(names: string[], name: string | (() => string), most: number): void {
  if (names.length < most) names.push(typeof name === "string" ? name : name());
}
