import type { EnvironmentName } from "../../../release/environment.ts";
import type { Html } from "../html.ts";
import type { Point } from "../points.ts";
import { chart, font, ink, type Size } from "../svg.ts";
import { percent } from "../wording.ts";
import { type Frame, grid, shading, thresholdLine, timeAxis, valueAxis } from "./time.ts";
import { middle } from "./traffic.ts";

/** Above it a peak is cut off and labelled, so that the threshold stays readable. */
const highestShown = 0.1;

/** Share of failed requests, by environment, against its threshold. */
export function errorChart(points: readonly Point[], frame: Frame, threshold: number): Html {
  const all = points.flatMap(({ answered }) => answered);
  const failed = all.reduce((sum, it) => sum + it.failed, 0);
  const requests = all.reduce((sum, it) => sum + it.requests, 0);
  const says = `Share of failed requests by environment, threshold ${percent(threshold)}: ${failed} of ${requests} failed in all.`;
  const top = Math.max(highestShown, threshold * 1.5);
  const apart = (size: Size) => (frame.to - frame.from) / (size.name === "wide" ? 20 : 7);
  const lines = (["blue", "green", undefined] as const).map((environment) => ({
    colour: environment === undefined ? ink.nobody : ink[environment],
    data: points.map((point): [number, number | null] => [middle(point) - frame.from, share(point, environment)]),
  }));
  return chart("errors", 170, says, (size) => ({
    grid: grid(size),
    xAxis: timeAxis(frame, size),
    yAxis: valueAxis({
      min: 0,
      max: top * 100,
      interval: top * 25,
      axisLabel: { ...font, fontSize: 10, formatter: "{value} %" },
    }),
    series: [
      { ...shading({ ...frame, spans: frame.spans.map((span) => ({ ...span, label: "" })) }, size) },
      ...lines.map(({ colour, data }, index) => ({
        type: "line",
        silent: true,
        showSymbol: false,
        connectNulls: false,
        lineStyle: { color: colour, width: 1.8 },
        itemStyle: { color: colour },
        data: data.map(([at, value]) => [at, value === null ? null : Math.min(top, value) * 100]),
        markPoint: {
          silent: true,
          symbol: "triangle",
          symbolSize: 7,
          label: { ...font, fontSize: 10, position: "bottom", distance: 2, formatter: "{b}" },
          data: peaks(lines, top, apart(size))
            .filter((it) => it.line === index)
            .map(({ at, value }) => ({ coord: [at, top * 100], name: percent(value), itemStyle: { color: colour } })),
        },
        ...(index === 0 ? { markLine: thresholdLine(threshold * 100, `no-go over ${percent(threshold)}`) } : {}),
      })),
    ],
  }));
}

/** Of a side's own requests; of those that nobody answered, their share of all. */
function share(point: Point, environment: EnvironmentName | undefined): number | null {
  const of = point.answered.filter((it) => it.environment === environment);
  const all = environment === undefined ? point.answered : of;
  const requests = all.reduce((sum, it) => sum + it.requests, 0);
  return of.length === 0 || requests === 0 ? null : of.reduce((sum, it) => sum + it.failed, 0) / requests;
}

interface Peak {
  readonly line: number;
  readonly at: number;
  readonly value: number;
}

/** The highest of what is cut off, one within each `apart` whatever line it is on. */
function peaks(
  lines: readonly { readonly data: readonly [number, number | null][] }[],
  top: number,
  apart: number,
): Peak[] {
  const over = lines.flatMap(({ data }, line) =>
    data.flatMap(([at, value]): Peak[] => (value !== null && value > top ? [{ line, at, value }] : [])),
  );
  const kept: Peak[] = [];
  for (const it of over.toSorted((a, b) => b.value - a.value)) {
    if (kept.every(({ at }) => Math.abs(at - it.at) >= apart)) kept.push(it);
  }
  return kept;
}
