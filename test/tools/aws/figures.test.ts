import { describe, expect, it } from "vitest";
import { Figures } from "../../../tools/aws/simulator/figures.ts";
import type { ApiRequest } from "../../../tools/aws/simulator/request.ts";

const start = 1_700_000_040;

function asked(Namespace: string, metric: string, action = "GetMetricData"): ApiRequest {
  const Dimensions = [
    { Name: "LoadBalancer", Value: "app/shop/0123" },
    { Name: "TargetGroup", Value: "targetgroup/shop-blue-api/0123" },
  ];
  const MetricStat = { Metric: { Namespace, MetricName: metric, Dimensions }, Period: 60, Stat: "Sum" };
  const parameters = { StartTime: start, EndTime: start + 150, MetricDataQueries: [{ Id: "m0", MetricStat }] };
  return { action, parameters, protocol: "json" } as unknown as ApiRequest;
}

describe("the figures that a load balancer reports to the simulated CloudWatch", () => {
  const figures = new Figures();
  figures.order("shop-blue-api", { RequestCount: 600 });
  const results = (request: ApiRequest) => JSON.parse(String(figures.answer(request)?.body)).MetricDataResults;

  it("are as ordered in each whole minute that was asked for", () => {
    expect(results(asked("AWS/ApplicationELB", "RequestCount"))).toEqual([
      { Id: "m0", StatusCode: "Complete", Timestamps: [start, start + 60], Values: [600, 600] },
    ]);
  });

  it("are none where none were ordered", () => {
    expect(results(asked("AWS/ApplicationELB", "TargetResponseTime"))).toMatchObject([{ Timestamps: [], Values: [] }]);
  });

  it("are what somebody measures, minute by minute, and missing where nothing was measured", () => {
    figures.measure("shop-blue-api", (minute) => (minute === start ? undefined : { RequestCount: minute - start }));
    expect(results(asked("AWS/ApplicationELB", "RequestCount"))).toMatchObject([
      { Timestamps: [start + 60], Values: [60] },
    ]);
  });

  it("leave questions about anything else to moto", () => {
    expect(figures.answer(asked("Shop/Orders", "RequestCount"))).toBeUndefined();
    expect(figures.answer(asked("AWS/ApplicationELB", "RequestCount", "DescribeAlarms"))).toBeUndefined();
  });
});
