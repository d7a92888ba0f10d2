import { LineChart } from "echarts/charts";
import { GridComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { escapeHtml, type Html, html, trusted } from "./html.ts";

echarts.use([LineChart, GridComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, SVGRenderer]);

/**
 * Colours of the charts. Each stands for a variable of the page's style, so that the same picture is right on light, on
 * dark and on paper; the values only have to differ from each other.
 */
export const ink = {
  text: "#010101",
  soft: "#010102",
  line: "#010103",
  band: "#010104",
  bandBad: "#010105",
  threshold: "#010106",
  blue: "#010110",
  areaBlue0: "#010111",
  areaBlue1: "#010112",
  green: "#010120",
  areaGreen0: "#010121",
  areaGreen1: "#010122",
  nobody: "#010130",
} as const;

export interface Size {
  readonly name: "wide" | "narrow";
  readonly width: number;
  readonly height: number;
}

/** Wide for a screen or paper, narrow for a phone: a picture that is only scaled cannot be read there. */
export function sizes(height: number): readonly [Size, Size] {
  return [
    { name: "wide", width: 1040, height },
    { name: "narrow", width: 343, height: Math.round(height * 0.92) },
  ];
}

export type ChartOption = echarts.EChartsCoreOption;

/** Draws the chart in both sizes; the page shows the one that fits. `says` tells a person who does not see it. */
export function chart(id: string, height: number, says: string, option: (size: Size) => ChartOption): Html {
  const drawn = sizes(height).map((size) => trusted(draw(`${id}-${size.name}`, size, says, option(size))));
  return html`<div class="chart">${drawn}</div>`;
}

function draw(id: string, size: Size, says: string, option: ChartOption): string {
  const instance = echarts.init(null, null, { renderer: "svg", ssr: true, width: size.width, height: size.height });
  try {
    instance.setOption({ animation: false, ...option });
    const svg = instance.renderToSVGString();
    const inside = svg.slice(svg.indexOf(">") + 1);
    const label = escapeHtml(says);
    const open = `<svg class="${size.name}" role="img" aria-label="${label}" viewBox="0 0 ${size.width} ${size.height}" preserveAspectRatio="xMidYMid meet">`;
    return open + themed(plain(inside)).replace(/\bzr\d+-/g, `${id}-`);
  } finally {
    instance.dispose();
  }
}

/** Without what only serves pointing at a live chart. */
function plain(svg: string): string {
  return svg
    .replace(/<style >.*?<\/style>/gs, "")
    .replace(/ (class|ecmeta_\w+|xml:space|pointer-events)="[^"]*"/g, "")
    .replace(/\n+/g, "\n");
}

const variables = new Map<string, string>(Object.entries(ink).map(([name, colour]) => [colour, `var(--c-${name})`]));

function themed(svg: string): string {
  return svg.replace(/#0101[0-9a-f]{2}\b/g, (colour) => variables.get(colour) ?? colour);
}

/** Text in a chart: measured and set in one family, so that it fits. */
export const font = { fontFamily: "system-ui, sans-serif", fontSize: 11, color: ink.soft } as const;
