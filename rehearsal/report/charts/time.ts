import { font, ink, type Size } from "../svg.ts";
import { elapsed } from "../wording.ts";

/** A shaded stretch of time: a scenario, or a phase of a release. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** Short, such as a number that the table explains. */
  readonly label: string;
  readonly ok: boolean;
}

/** What all charts of a page have in common: the same time axis and the same shading, one below the other. */
export interface Frame {
  readonly from: number;
  readonly to: number;
  readonly spans: readonly Span[];
}

const margin = { wide: { left: 58, right: 14 }, narrow: { left: 42, right: 6 } } as const;

export function grid(size: Size, top = 22): object {
  return { ...margin[size.name], top, bottom: 22 };
}

export function timeAxis(frame: Frame, size: Size): object {
  return {
    type: "value",
    min: 0,
    max: Math.max(1, frame.to - frame.from),
    interval: interval(frame.to - frame.from, size),
    axisLabel: { ...font, fontSize: 10, hideOverlap: true, formatter: (ms: number) => elapsed(ms) },
    axisLine: { onZero: false, lineStyle: { color: ink.line } },
    axisTick: { lineStyle: { color: ink.line } },
    splitLine: { show: false },
  };
}

export function valueAxis(more: object): object {
  return {
    type: "value",
    axisLabel: { ...font, fontSize: 10 },
    splitLine: { lineStyle: { color: ink.line, width: 1, type: [2, 3] } },
    axisLine: { show: false },
    ...more,
  };
}

/** Every other span shaded, those that ended badly in red; labels where there is room for them. */
export function shading(frame: Frame, size: Size): object {
  const { left, right } = margin[size.name];
  const pixels = (size.width - left - right) / Math.max(1, frame.to - frame.from);
  return {
    type: "line",
    data: [],
    silent: true,
    z: 0,
    markArea: {
      silent: true,
      data: frame.spans.map((span, index) => {
        const from = Math.max(0, span.from - frame.from);
        const to = Math.min(frame.to, span.to) - frame.from;
        const room = (to - from) * pixels > span.label.length * 6 + 2;
        return [
          {
            xAxis: from,
            name: span.label,
            itemStyle: { color: span.ok ? ink.band : ink.bandBad, opacity: span.ok && index % 2 === 1 ? 0 : 1 },
            label: { ...font, fontSize: 10, show: room, position: "top", distance: 3 },
          },
          { xAxis: to },
        ];
      }),
    },
  };
}

/** A dashed line at the value from which on a release is a no-go. */
export function thresholdLine(value: number, label: string): object {
  return {
    silent: true,
    symbol: "none",
    animation: false,
    lineStyle: { color: ink.threshold, type: [6, 4], width: 1.5 },
    label: { ...font, fontSize: 10, color: ink.threshold, formatter: label, position: "insideEndTop" },
    data: [{ yAxis: value }],
  };
}

function interval(spanMs: number, size: Size): number {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600].map((seconds) => seconds * 1000);
  const most = size.name === "wide" ? 12 : 5;
  return steps.find((step) => spanMs / step <= most) ?? spanMs / most;
}
