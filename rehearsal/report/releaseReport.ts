import type { ReleaseResult } from "../../cli/result.ts";
import { schedule } from "../../release/schedule.ts";
import { checklist } from "./checklist.ts";
import { type Html, html, prose } from "./html.ts";
import { page } from "./page.ts";
import { badge, type ChartThresholds, charts, type Figure, figures, verdicts } from "./parts.ts";
import type { Point } from "./points.ts";
import { clock, count, day, milliseconds, percent } from "./wording.ts";

export interface ReleaseReport {
  readonly result: ReleaseResult;
  /** What is new in it, from the manifest. */
  readonly features: readonly string[];
  readonly by: string;
  /** What the watch saw, see `pointsOfLooks`; empty when it came to none. */
  readonly points: readonly Point[];
  readonly thresholds: ChartThresholds;
}

/** The report of one release, of the same pieces as the rehearsal's: what was released, and why it is safe or was taken back. */
export function renderReleaseReport(report: ReleaseReport): string {
  const { result } = report;
  const began = result.phases[0]?.startedAt ?? Date.parse(result.serving.readAt);
  return page(`${result.version}: ${titles[result.outcome]}`, [
    head(report, began),
    figures(figuresOf(report)),
    html`<main>`,
    features(report.features),
    watched(report),
    result.verdict === undefined ? undefined : verdicts([{ ...result.verdict, version: result.version }]),
    phases(result),
    checklist("checklist", "Checklist", result.checklist ?? []),
    criteria(result),
    html`<section aria-labelledby="end"><h2 id="end">What serves now</h2><p>${serving(result)}</p></section>`,
    html`</main>`,
    html`<footer>Made by Greenlight. What serves was read back from the platform, not taken from what was asked.</footer>`,
  ]);
}

const titles: Readonly<Record<ReleaseResult["outcome"], string>> = {
  released: "released",
  "rolled-back": "taken back",
  refused: "refused, nothing was switched",
  failed: "failed",
  undecided: "serves, but could not be judged",
  interrupted: "interrupted",
};

function head({ result, by }: ReleaseReport, began: number): Html {
  const kind = result.ok ? "good" : result.outcome === "undecided" ? "open" : "bad";
  return html`<header><p class="kicker">${badge(result.outcome, kind)}<span>Greenlight, production release</span><span>${day(began)}</span><span>by ${by}</span></p>
<h1>${result.version} ${titles[result.outcome]}</h1>
<p>${prose(result.sentence)}</p></header>`;
}

function figuresOf({ result, points }: ReleaseReport): Figure[] {
  const all = points.flatMap((it) => it.answered);
  const requests = all.reduce((sum, it) => sum + it.requests, 0);
  const failed = all.reduce((sum, it) => sum + it.failed, 0);
  const p95 = all.flatMap((it) => it.p95Ms ?? []);
  const from = result.phases[0]?.startedAt;
  const to = result.phases.at(-1)?.endedAt;
  const { rollback, move } = result;
  return [
    { label: "Requests watched", value: count(requests), note: `in ${result.environment}` },
    {
      label: "Failed",
      value: requests === 0 ? "unknown" : percent(failed / requests),
      note: `${count(failed)} requests`,
    },
    { label: "P95 at most", value: p95.length === 0 ? "unknown" : milliseconds(Math.max(...p95)) },
    ...(move === undefined
      ? []
      : [{ label: "Traffic moved", value: clock(move.readBackAt), note: `to ${move.to}, read back` }]),
    ...(rollback === undefined
      ? []
      : [
          {
            label: "Traffic back",
            value: clock(rollback.move.readBackAt),
            note: `to ${rollback.to.environment} ${rollback.to.version}`,
          },
        ]),
    ...(from === undefined || to === undefined ? [] : [{ label: "Took", value: milliseconds(to - from) }]),
  ];
}

function features(list: readonly string[]): Html | undefined {
  if (list.length === 0) return undefined;
  return html`<section aria-labelledby="new"><h2 id="new">What is new</h2><ul>${list.map((it) => html`<li>${it}</li>`)}</ul></section>`;
}

function watched({ result, points, thresholds }: ReleaseReport): Html {
  const title = html`<h2 id="watched">After the switch</h2>`;
  if (points.length === 0)
    return html`<section aria-labelledby="watched">${title}<p>No traffic was watched.</p></section>`;
  const from = points[0]?.at ?? 0;
  const to = Math.max(...points.map((it) => it.at + it.seconds * 1000));
  const spans = result.phases
    .map((it) => ({ from: it.startedAt, to: it.endedAt, label: it.id, ok: it.status !== "failed" }))
    .filter((it) => it.to > from && it.from < to);
  return html`<section aria-labelledby="watched">${title}${charts(points, { from, to, spans }, thresholds, "shaded: phases")}</section>`;
}

function phases(result: ReleaseResult): Html {
  const rows = result.phases.map((it) => {
    const phase = schedule.find(({ id }) => id === it.id);
    return html`<tr><th scope="row"><span class="n">${phase?.at}</span> ${phase?.title ?? it.id}</th><td data-label="Began:">${clock(it.startedAt)}</td><td class="number" data-label="Took:">${milliseconds(Math.max(0, it.endedAt - it.startedAt))}</td><td>${badge(it.status, it.status === "failed" ? "bad" : it.status === "skipped" ? "open" : "good")}${
      it.reason === undefined ? undefined : html` ${prose(it.reason)}`
    }</td></tr>`;
  });
  return html`<section aria-labelledby="phases"><h2 id="phases">Phases</h2>
<table class="cards"><colgroup><col style="width:34%"><col style="width:12%"><col style="width:12%"><col style="width:42%"></colgroup><thead><tr><th scope="col">Phase</th><th scope="col">Began</th><th scope="col" class="number">Took</th><th scope="col">Ended</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}

function criteria(result: ReleaseResult): Html | undefined {
  if (result.criteria.length === 0) return undefined;
  const kinds = { met: "good", "not met": "bad", unknown: "open" } as const;
  const rows = result.criteria.map(
    (it) =>
      html`<tr><th scope="row">${it.title}</th><td>${badge(it.verdict, kinds[it.verdict])}</td><td>${prose(it.reason)}</td></tr>`,
  );
  return html`<section aria-labelledby="criteria"><h2 id="criteria">Success criteria</h2>
<table class="cards"><colgroup><col style="width:34%"><col style="width:14%"><col style="width:52%"></colgroup><thead><tr><th scope="col">Criterion</th><th scope="col">Verdict</th><th scope="col">Grounds</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}

function serving({ serving: it }: ReleaseResult): string {
  const at = clock(Date.parse(it.readAt));
  return it.environment === undefined
    ? `No environment serves everything (read back ${at}).`
    : `${it.environment} ${it.version ?? "unknown"} serves 100 % (read back ${at}).`;
}
