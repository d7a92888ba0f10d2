import { environmentNames } from "../../release/environment.ts";

/** What the dashboard shows of a service: the names that CloudWatch has for its target groups. */
export interface DashboardService {
  readonly service: string;
  readonly targetGroups: { readonly blue: string; readonly green: string };
}

export interface DashboardFacts {
  readonly region: string;
  readonly loadBalancer: string;
  readonly services: readonly DashboardService[];
  /** What was switched to, and the ISO time at which traffic was read to be there. */
  readonly switched: { readonly to: string; readonly at: string };
}

const colours = { blue: "#1f77b4", green: "#2ca02c" } as const;
/** The grid of a dashboard is 24 wide. */
const size = { width: 8, height: 6 } as const;

/** The dashboard as CloudWatch reads it: for each service requests, errors and times of both environments, with the last switch as a line. */
export function dashboardBody(it: DashboardFacts): string {
  const widgets = it.services.flatMap((service, row) =>
    [
      { title: "requests", metric: "RequestCount", stat: "Sum" },
      { title: "answers with 5xx", metric: "HTTPCode_Target_5XX_Count", stat: "Sum" },
      { title: "P95, seconds", metric: "TargetResponseTime", stat: "p95" },
    ].map(({ title, metric, stat }, column) => ({
      type: "metric",
      x: column * size.width,
      y: row * size.height,
      ...size,
      properties: {
        title: `${service.service}: ${title}`,
        region: it.region,
        view: "timeSeries",
        period: 60,
        stat,
        metrics: environmentNames.map((name) => [
          "AWS/ApplicationELB",
          metric,
          "TargetGroup",
          service.targetGroups[name],
          "LoadBalancer",
          it.loadBalancer,
          { label: name, color: colours[name] },
        ]),
        annotations: { vertical: [{ label: `to ${it.switched.to}`, value: it.switched.at }] },
      },
    })),
  );
  return JSON.stringify({ widgets });
}
