import { Problem } from "../../release/problem.ts";
import type { FigureTable } from "../figure.ts";
import { compare, median, rounded } from "../statistics.ts";
import type { Measured } from "./comparison.ts";
import { type ContenderName, contenderNames } from "./contender.ts";

/** How one contender did, over all its releases. Times are medians in ms. */
export interface Standing {
  readonly name: ContenderName;
  readonly title: string;
  readonly lastOldAnswerMs: number;
  readonly longestMs: number;
  /** Its time to the old version's last answer against ours of the same kind; 1 for ours. */
  readonly ratio: number;
  readonly doneMs: number;
  readonly prepareMs: number;
  readonly failed: number;
  readonly requests: number;
  /** Medians of requests to the API server. */
  readonly api: { readonly prepare: number; readonly promote: number };
}

/** How each is called, and which of ours it is held against: everything at once, or from half of users' requests to all. */
const said: Readonly<Record<ContenderName, { readonly title: string; readonly against: ContenderName }>> = {
  "greenlight-bluegreen": { title: "greenlight, blue/green", against: "greenlight-bluegreen" },
  "argo-bluegreen": { title: "Argo Rollouts, blue/green", against: "greenlight-bluegreen" },
  "kubectl-rolling": { title: "`kubectl rollout`, rolling", against: "greenlight-bluegreen" },
  "greenlight-canary": { title: "greenlight, canary from 50 % to all", against: "greenlight-canary" },
  "argo-canary": { title: "Argo Rollouts, canary from 50 % to all", against: "greenlight-canary" },
};

/**
 * One line for each contender, those that are held against each other together, the fastest of them first.
 *
 * @throws Problem where one was not measured as often as the others: then nothing can be compared
 */
export function standings(trials: readonly Measured[]): Standing[] {
  const of = (name: ContenderName) => trials.filter((it) => it.contender === name);
  const rounds = Math.max(...contenderNames.map((name) => of(name).length));
  const lines = contenderNames.map((name): Standing => {
    const own = of(name);
    const ours = of(said[name].against);
    if (own.length === 0 || own.length !== rounds) {
      throw new Problem({ happened: `${name} was measured ${own.length} times, others ${rounds} times.` });
    }
    const pairs = own.map((it, round) => ({
      base: ours[round]?.lastOldAnswerMs ?? Number.NaN,
      compared: it.lastOldAnswerMs,
    }));
    const middle = (of: (it: Measured) => number) => median(own.map(of));
    const sum = (of: (it: Measured) => number) => own.reduce((all, it) => all + of(it), 0);
    return {
      name,
      title: said[name].title,
      lastOldAnswerMs: middle((it) => it.lastOldAnswerMs),
      longestMs: Math.max(...own.map((it) => it.lastOldAnswerMs)),
      ratio: compare(pairs).ratio,
      doneMs: middle((it) => it.promote.to - it.promote.from),
      prepareMs: middle((it) => it.prepare.to - it.prepare.from),
      failed: sum((it) => it.failed),
      requests: sum((it) => it.requests),
      api: { prepare: middle((it) => it.api.prepare), promote: middle((it) => it.api.promote) },
    };
  });
  return [false, true].flatMap((isCanary) =>
    lines
      .filter(({ name }) => (said[name].against === "greenlight-canary") === isCanary)
      .toSorted((a, b) => a.lastOldAnswerMs - b.lastOldAnswerMs),
  );
}

/** The standings as the documentation shows them. */
export function standingsTable(lines: readonly Standing[]): FigureTable {
  return {
    columns: [
      "who",
      "promote to the old version's last answer",
      "against ours",
      "promote to done",
      "before the promote",
      "failed requests",
      "API requests before the promote",
      "API requests from it on",
    ],
    rows: lines.map((it) => [
      it.title,
      `**${milliseconds(it.lastOldAnswerMs)}** (at most ${milliseconds(it.longestMs)})`,
      `${rounded(it.ratio)} ×`,
      milliseconds(it.doneMs),
      milliseconds(it.prepareMs),
      `${it.failed.toLocaleString("en-US")} of ${it.requests.toLocaleString("en-US")}`,
      String(it.api.prepare),
      String(it.api.promote),
    ]),
  };
}

function milliseconds(ms: number): string {
  return `${Math.round(ms).toLocaleString("en-US")} ms`;
}
