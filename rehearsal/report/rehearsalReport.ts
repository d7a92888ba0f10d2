import type { JudgedItem } from "../../release/checklist/judgedItem.ts";
import type { ScenarioSummary, Summary } from "../summary.ts";
import type { Frame } from "./charts/time.ts";
import { checklist } from "./checklist.ts";
import { type Html, html, prose } from "./html.ts";
import { page } from "./page.ts";
import {
  badge,
  type ChartThresholds,
  charts,
  type Figure,
  facts,
  figures,
  type SaidVerdict,
  verdicts,
} from "./parts.ts";
import type { Point } from "./points.ts";
import { clock, count, counted, day, megabytes, milliseconds } from "./wording.ts";

export interface RehearsalReport {
  readonly summary: Summary;
  readonly points: readonly Point[];
  readonly thresholds: ChartThresholds;
  readonly verdicts: readonly SaidVerdict[];
  /** The checklist of a release as it was judged; absent when none was. */
  readonly checklist?: { readonly version: string; readonly items: readonly JudgedItem[] } | undefined;
}

/** The report of a rehearsal: one file that explains itself, to be read on a screen, a phone or paper. */
export function renderRehearsalReport(report: RehearsalReport): string {
  const { summary } = report;
  const good = summary.scenarios.filter((it) => it.ok).length;
  const began = Date.parse(summary.startedAt);
  return page(`Rehearsal ${day(began)}: ${good} of ${summary.scenarios.length} as expected`, [
    head(summary, good, began),
    figures(figuresOf(summary)),
    html`<main>`,
    timeline(report),
    scenarios(summary.scenarios),
    verdicts(report.verdicts),
    report.checklist === undefined
      ? undefined
      : checklist("checklist", `The checklist of ${report.checklist.version}`, report.checklist.items),
    html`<section aria-labelledby="end"><h2 id="end">What served at the end</h2><p>${summary.servedAtTheEnd}</p></section>`,
    html`<section aria-labelledby="how"><h2 id="how">How it was run</h2>${facts(howItWasRun(summary))}</section>`,
    html`</main>`,
    html`<footer>Made by Greenlight from summary.json beside this file, which has every figure. Repeat it with <code>npm run rehearse${flagsOf(summary)}</code>.</footer>`,
  ]);
}

function flagsOf({ platform, quick }: Summary): string {
  const flags = [...(platform === "local" ? [] : [`--platform ${platform}`]), ...(quick ? ["--quick"] : [])];
  return flags.length === 0 ? "" : ` -- ${flags.join(" ")}`;
}

/** What was not played, by platform. */
const realParts: Readonly<Record<string, string>> = {
  local: "the real engine, database and proxy",
  kubernetes: "the real engine, a real control plane, database, Envoy and Prometheus",
};

function head(summary: Summary, good: number, began: number): Html {
  const all = summary.scenarios.length;
  const title =
    all === 0
      ? "Nothing was rehearsed"
      : good === all && summary.ok
        ? `All ${all} scenarios ended as expected`
        : good === all
          ? `The rehearsal is not whole: ${counted(all, "scenario")} played`
          : `${all - good} of ${counted(all, "scenario")} did not end as expected`;
  const lost =
    summary.failed === 0
      ? "not one request failed where none may"
      : `${counted(summary.failed, "request")} failed where none may`;
  return html`<header><p class="kicker">${badge(summary.ok ? "Passed" : "Failed", summary.ok ? "good" : "bad")}<span>Greenlight, rehearsal of a production release</span><span>${day(began)}</span></p>
<h1>${title}</h1>
<p>Releases good and bad were played on one machine with ${realParts[summary.platform] ?? "the real engine"}, under ${count(summary.load.ratePerSecond)} requests a second without a single retry: of ${count(summary.requests)} requests, ${lost}.</p></header>`;
}

function figuresOf(summary: Summary): Figure[] {
  const { median, max } = summary.switches.lastOldAnswerMs;
  const slowestRollback = Math.max(...summary.rollbacks.verdictToLastBadAnswerMs);
  return [
    { label: "Requests", value: count(summary.requests), note: `${count(summary.load.ratePerSecond)} a second` },
    {
      label: "Failed where none may",
      value: count(summary.failed),
      note: `${count(summary.failedWhereAllowed)} where processes were killed or the release was bad on purpose`,
    },
    {
      label: "Switch: last answer of the old side",
      value: median === null ? "not measured" : milliseconds(median),
      note: `median of ${counted(summary.switches.count, "switch", "switches")}${max === null ? "" : `, at most ${milliseconds(max)}`}`,
    },
    {
      label: "No-go: last answer of the bad version",
      value: Number.isFinite(slowestRollback) ? milliseconds(slowestRollback) : "not measured",
      note: `after the verdict, slowest of ${counted(summary.rollbacks.verdictToLastBadAnswerMs.length, "rollback")}`,
    },
    { label: "Memory at most", value: megabytes(summary.memory.peakBytes), note: "all that was started but the load" },
    { label: "Took", value: milliseconds(summary.durationMs) },
  ];
}

function timeline({ summary, points, thresholds }: RehearsalReport): Html {
  if (points.length === 0) {
    return html`<section aria-labelledby="seconds"><h2 id="seconds">Second by second</h2><p>No traffic was measured.</p></section>`;
  }
  const from = points[0]?.at ?? 0;
  const last = points.at(-1);
  const to = last === undefined ? from : last.at + last.seconds * 1000;
  const spans = summary.scenarios
    .map((it, index) => ({
      from: it.startedAt,
      to: it.startedAt + it.durationMs,
      label: String(index + 1),
      ok: it.ok,
    }))
    .filter((span) => span.to > from && span.from < to);
  const frame: Frame = { from, to, spans };
  return html`<section aria-labelledby="seconds"><h2 id="seconds">Second by second</h2>${charts(points, frame, thresholds, "numbers: the scenarios below")}</section>`;
}

function scenarios(list: readonly ScenarioSummary[]): Html {
  const rows = list.map((it, index) => {
    const failed = it.requests === 0 ? "no load" : `${count(it.failed)} of ${count(it.requests)}`;
    return html`<tr><th scope="row"><span class="n">${index + 1}.</span> ${it.title}</th><td data-label="Expected:">${prose(it.expected)}</td><td data-label="Seen:">${prose(it.seen)}</td><td class="number" data-label="Failed requests:">${failed}${
      it.allowsFailures ? html` <span class="soft">(allowed)</span>` : undefined
    }</td><td>${it.ok ? badge("as expected", "good") : badge("not so", "bad")}</td></tr>`;
  });
  return html`<section aria-labelledby="scenarios"><h2 id="scenarios">Scenarios</h2>
<table class="cards"><colgroup><col style="width:17%"><col style="width:26%"><col style="width:35%"><col style="width:10%"><col style="width:12%"></colgroup><thead><tr><th scope="col">Scenario</th><th scope="col">Expected</th><th scope="col">Seen</th><th scope="col" class="number">Failed<br>requests</th><th scope="col">Ended</th></tr></thead>
<tbody>${rows}</tbody></table></section>`;
}

function howItWasRun(summary: Summary): [string, string][] {
  const { machine, memory } = summary;
  const parts = Object.entries(memory.by)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, bytes]) => `${name} ${megabytes(bytes)}`);
  return [
    ["Begun", `${clock(Date.parse(summary.startedAt))}, took ${milliseconds(summary.durationMs)}`],
    ["Platform", summary.platform],
    ["Machine", `${counted(machine.cores, "core")}, ${megabytes(machine.memoryBytes)}, ${machine.system}`],
    ...Object.entries(summary.tools).map(([name, version]): [string, string] => [name, version]),
    ["Memory at its peak", parts.join(", ")],
  ];
}
