import { type EnvironmentName, environmentNames } from "../../../release/environment.ts";
import type { Html } from "../html.ts";
import type { Point } from "../points.ts";
import { chart, font, ink } from "../svg.ts";
import { milliseconds } from "../wording.ts";
import { type Frame, grid, shading, thresholdLine, timeAxis, valueAxis } from "./time.ts";
import { middle } from "./traffic.ts";

/** The 95th percentile of response times, by environment, on a logarithmic axis. */
export function latencyChart(points: readonly Point[], frame: Frame, thresholdMs: number): Html {
  const values = points.flatMap(({ answered }) => answered.flatMap((it) => it.p95Ms ?? []));
  const highest = values.length === 0 ? "nothing was measured" : `at most ${milliseconds(Math.max(...values))}`;
  const says = `95th percentile of response times by environment, threshold ${milliseconds(thresholdMs)}: ${highest}.`;
  const top = 10 ** Math.ceil(Math.log10(Math.max(10, thresholdMs * 1.2, ...values)));
  return chart("latency", 170, says, (size) => ({
    grid: grid(size),
    xAxis: timeAxis(frame, size),
    yAxis: valueAxis({
      type: "log",
      min: 1,
      max: top,
      axisLabel: { ...font, fontSize: 10, formatter: (ms: number) => milliseconds(ms) },
    }),
    series: [
      { ...shading({ ...frame, spans: frame.spans.map((span) => ({ ...span, label: "" })) }, size) },
      ...environmentNames.map((environment, index) => ({
        type: "line",
        silent: true,
        showSymbol: false,
        connectNulls: false,
        lineStyle: { color: ink[environment], width: 1.8 },
        data: points.map((point) => [middle(point) - frame.from, slowest(point, environment)]),
        ...(index === 0 ? { markLine: thresholdLine(thresholdMs, `no-go over ${milliseconds(thresholdMs)}`) } : {}),
      })),
    ],
  }));
}

function slowest(point: Point, environment: EnvironmentName): number | null {
  const values = point.answered.filter((it) => it.environment === environment).flatMap((it) => it.p95Ms ?? []);
  return values.length === 0 ? null : Math.max(1, ...values);
}
