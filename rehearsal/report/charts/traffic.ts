import { type EnvironmentName, environmentNames } from "../../../release/environment.ts";
import type { Html } from "../html.ts";
import type { Answered, Point } from "../points.ts";
import { chart, font, ink } from "../svg.ts";
import { count } from "../wording.ts";
import { type Frame, grid, shading, timeAxis, valueAxis } from "./time.ts";

const shades: Readonly<Record<EnvironmentName, readonly string[]>> = {
  blue: [ink.areaBlue0, ink.areaBlue1],
  green: [ink.areaGreen0, ink.areaGreen1],
};

/** Who answered how many requests a second, as areas one on the other. */
export function trafficChart(points: readonly Point[], frame: Frame): Html {
  const origins = originsOf(points);
  const total = points.reduce((sum, { answered }) => sum + answered.reduce((all, it) => all + it.requests, 0), 0);
  const highest = Math.max(1, ...points.map((point) => rate(point, () => true)));
  const who = origins.map((it) => it.name).join(", ");
  const says = `Requests a second by environment and version: ${count(total)} in all, at most ${count(highest)} a second, answered by ${who || "nobody"}.`;
  return chart("traffic", 240, says, (size) => ({
    grid: grid(size),
    xAxis: timeAxis(frame, size),
    yAxis: valueAxis({ min: 0, splitNumber: 3 }),
    series: [
      shading(frame, size),
      ...origins.map((origin) => ({
        type: "line",
        stack: "all",
        step: "end",
        silent: true,
        showSymbol: false,
        lineStyle: { width: 0 },
        areaStyle: { color: origin.colour, opacity: 1 },
        data: points.map((point) => [middle(point) - frame.from, rate(point, origin.has)]),
      })),
      names(points, frame, size.name === "wide" ? 5 : 14),
    ],
  }));
}

interface Origin {
  readonly name: string;
  readonly colour: string;
  readonly has: (it: Answered) => boolean;
}

/** Blue below, green above it, what nobody answered on top; each version of a side in the next shade. */
function originsOf(points: readonly Point[]): Origin[] {
  const of = (environment: EnvironmentName | undefined) => [
    ...new Set(
      points.flatMap(({ answered }) => answered.filter((it) => it.environment === environment)).map((it) => it.version),
    ),
  ];
  const sides = environmentNames.flatMap((environment) =>
    of(environment).map((version, index): Origin => {
      const colours = shades[environment];
      return {
        name: `${environment} ${version}`,
        colour: colours[index % colours.length] ?? ink.nobody,
        has: (it) => it.environment === environment && it.version === version,
      };
    }),
  );
  const nobody: Origin = { name: "nobody", colour: ink.nobody, has: (it) => it.environment === undefined };
  return of(undefined).length === 0 ? sides : [...sides, nobody];
}

/** The version's name inside its area, where it answers alone for at least so many of the axis' hundredths. */
function names(points: readonly Point[], frame: Frame, hundredths: number): object {
  const stretches: { version: string; from: number; to: number }[] = [];
  for (const point of points) {
    const version = point.answered.toSorted((a, b) => b.requests - a.requests)[0]?.version ?? "";
    const last = stretches.at(-1);
    if (last?.version === version) last.to = point.at + point.seconds * 1000;
    else stretches.push({ version, from: point.at, to: point.at + point.seconds * 1000 });
  }
  const least = ((frame.to - frame.from) * hundredths) / 100;
  return {
    type: "line",
    data: [],
    silent: true,
    z: 9,
    markArea: {
      silent: true,
      z: 9,
      data: stretches
        .filter((it) => it.to - it.from >= least && it.version !== "")
        .map((it) => [
          {
            xAxis: it.from - frame.from,
            name: it.version.slice(0, 12),
            itemStyle: { opacity: 0 },
            label: {
              ...font,
              fontSize: 10,
              fontWeight: "bold",
              color: "#ffffff",
              position: "insideBottom",
              distance: 6,
            },
          },
          { xAxis: it.to - frame.from },
        ]),
    },
  };
}

function rate(point: Point, has: (it: Answered) => boolean): number {
  const requests = point.answered.filter(has).reduce((sum, it) => sum + it.requests, 0);
  return requests / Math.max(0.001, point.seconds);
}

export function middle(point: Point): number {
  return point.at + point.seconds * 500;
}
