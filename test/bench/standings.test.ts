import { describe, expect, test } from "vitest";
import type { Measured } from "../../bench/kubernetes/comparison.ts";
import { type ContenderName, contenderNames } from "../../bench/kubernetes/contender.ts";
import { standings, standingsTable } from "../../bench/kubernetes/standings.ts";

function measured(contender: ContenderName, lastOldAnswerMs: number, it: Partial<Measured> = {}): Measured {
  return {
    contender,
    version: "v1.0.1",
    prepare: { from: 0, to: 5_000 },
    promote: { from: 10_000, to: 12_000 },
    lastOldAnswerMs,
    endedAt: 15_000,
    requests: 1_000,
    failed: 0,
    failures: {},
    api: { prepare: 20, promote: 10 },
    ...it,
  };
}

const times: Readonly<Record<ContenderName, readonly number[]>> = {
  "greenlight-bluegreen": [4_000, 5_000, 6_000],
  "argo-bluegreen": [1_000, 1_250, 9_000],
  "kubectl-rolling": [10_000, 10_000, 10_000],
  "greenlight-canary": [3_000, 3_000, 3_000],
  "argo-canary": [6_000, 6_000, 6_000],
};
const trials = contenderNames.flatMap((name) => times[name].map((ms) => measured(name, ms)));
const lineOf = (name: ContenderName, all = trials) => standings(all).find((it) => it.name === name);

describe("who was how fast on Kubernetes", () => {
  test("is told in two groups, those who move everything and those who go on from a half, whoever was fastest first", () => {
    expect(standings(trials).map(({ name }) => name)).toEqual([
      "argo-bluegreen",
      "greenlight-bluegreen",
      "kubectl-rolling",
      "greenlight-canary",
      "argo-canary",
    ]);
  });

  test("is the middle of all releases, with the longest beside it", () => {
    expect(lineOf("argo-bluegreen")).toMatchObject({ lastOldAnswerMs: 1_250, longestMs: 9_000, doneMs: 2_000 });
  });

  test("is held against ours of the same kind", () => {
    const ratios = standings(trials).map(({ name, ratio }) => [name, ratio]);
    expect(Object.fromEntries(ratios)).toEqual({
      "greenlight-bluegreen": 1,
      "argo-bluegreen": 0.25,
      "kubectl-rolling": 2,
      "greenlight-canary": 1,
      "argo-canary": 2,
    });
  });

  test("adds up failed requests, and takes the middle of requests to the API server", () => {
    const some = trials.map((it, index) =>
      it.contender === "argo-canary" ? { ...it, failed: index, api: { prepare: 7 * index, promote: index } } : it,
    );
    const [first = 0, second = 0, third = 0] = some.flatMap(({ contender }, at) =>
      contender === "argo-canary" ? [at] : [],
    );
    expect(lineOf("argo-canary", some)).toMatchObject({
      failed: first + second + third,
      requests: 3_000,
      api: { prepare: 7 * second, promote: second },
    });
  });

  test("is not told where one was measured less often than the others, or not at all", () => {
    expect(() => standings(trials.slice(1))).toThrow(/argo-bluegreen was measured 2 times, others 3 times/);
    expect(() => standings([])).toThrow(/measured 0 times/);
  });

  test("is a table with a cell for each column", () => {
    const { columns, rows } = standingsTable(standings(trials));
    expect(rows.map((cells) => cells.length)).toEqual(contenderNames.map(() => columns.length));
    expect(rows[0]).toEqual([
      "Argo Rollouts, blue/green",
      "**1,250 ms** (at most 9,000 ms)",
      "0.25 ×",
      "2,000 ms",
      "5,000 ms",
      "0 of 3,000",
      "20",
      "10",
    ]);
  });
});
