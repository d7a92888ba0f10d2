import type { VerdictWord } from "../../release/verdict.ts";
import { errorChart } from "./charts/errors.ts";
import { latencyChart } from "./charts/latency.ts";
import type { Frame } from "./charts/time.ts";
import { trafficChart } from "./charts/traffic.ts";
import { type Html, html, prose } from "./html.ts";
import { type Point, thinned } from "./points.ts";
import { clock, milliseconds, percent } from "./wording.ts";

export interface Figure {
  readonly label: string;
  readonly value: string;
  /** Smaller, below: what the value rests on, or what it was to stay under. */
  readonly note?: string;
}

/** A verdict as it was reached. */
export interface SaidVerdict {
  readonly at: number;
  readonly version: string;
  readonly verdict: VerdictWord;
  readonly sentence: string;
  /** What came of it, such as who serves and since when. */
  readonly afterwards?: string;
}

export interface ChartThresholds {
  /** As a fraction. */
  readonly errorRate: number;
  readonly p95Ms: number;
}

export function badge(text: string, kind: "good" | "bad" | "open"): Html {
  return html`<span class="badge ${kind}">${text}</span>`;
}

export function verdictBadge(verdict: VerdictWord): Html {
  const said = { go: "Go", "no-go": "No-go", undecided: "Undecided" }[verdict];
  return badge(said, verdict === "go" ? "good" : verdict === "no-go" ? "bad" : "open");
}

export function figures(list: readonly Figure[]): Html {
  const tiles = list.map(
    ({ label, value, note }) =>
      html`<div><dt>${label}</dt><dd>${value}${note === undefined ? undefined : html`<small>${note}</small>`}</dd></div>`,
  );
  return html`<dl class="figures">${tiles}</dl>`;
}

/** Traffic, errors and response times over the same time axis. */
export function charts(points: readonly Point[], frame: Frame, thresholds: ChartThresholds, shaded: string): Html {
  const nobody = points.some(({ answered }) => answered.some((it) => it.environment === undefined));
  const fewer = thinned(points, 900);
  const key = (colour: string, text: string) =>
    html`<span class="key"><i style="background:var(--c-${colour})" aria-hidden="true"></i>${text}</span>`;
  const sides = [key("blue", "blue"), key("green", "green"), nobody ? key("nobody", "no answer") : undefined];
  const limit = (text: string) => html`<span class="key"><i class="dash" aria-hidden="true"></i>${text}</span>`;
  return html`
<figure><figcaption><b>Requests a second, by who answered</b>${sides}<span>${shaded}</span></figcaption>${trafficChart(fewer, frame)}</figure>
<figure><figcaption><b>Failed requests</b>${sides}${limit(`threshold ${percent(thresholds.errorRate)}`)}</figcaption>${errorChart(fewer, frame, thresholds.errorRate)}</figure>
<figure><figcaption><b>Response time, 95th percentile</b>${sides.slice(0, 2)}${limit(`threshold ${milliseconds(thresholds.p95Ms)}`)}</figcaption>${latencyChart(fewer, frame, thresholds.p95Ms)}</figure>`;
}

export function verdicts(list: readonly SaidVerdict[]): Html | undefined {
  if (list.length === 0) return undefined;
  const items = list.map(
    (it) =>
      html`<li><p>${verdictBadge(it.verdict)} <b>${it.version}</b> <span class="soft">at ${clock(it.at)}</span></p><p>${prose(it.sentence)}</p>${
        it.afterwards === undefined ? undefined : html`<p class="soft">${prose(it.afterwards)}</p>`
      }</li>`,
  );
  return html`<section aria-labelledby="verdicts"><h2 id="verdicts">Verdicts</h2><ol class="verdicts">${items}</ol></section>`;
}

export function facts(list: readonly (readonly [string, string])[]): Html {
  return html`<dl class="facts">${list.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}
