import { describe, expect, it } from "vitest";
import { anyFires, databaseAlarms, loadBalancerAlarms, serviceAlarms } from "../../../components/aws/alarmRules.ts";
import { defaultThresholds } from "../../../release/thresholds.ts";

const service = serviceAlarms(defaultThresholds);
const named = (name: string) => service.find((it) => it.name === name);

describe("the alarms of a service", () => {
  it("fire at the seed's error rate: more than 1 % for 5 minutes, each minute of them", () => {
    expect(named("errors")).toMatchObject({
      expression: "100 * FILL(errors, 0) / requests",
      comparison: "GreaterThanThreshold",
      threshold: 1,
      period: 60,
      periods: 5,
      noGo: true,
    });
    expect(named("errors")?.metrics.map(({ id, metric, stat }) => [id, metric, stat])).toEqual([
      ["errors", "HTTPCode_Target_5XX_Count", "Sum"],
      ["requests", "RequestCount", "Sum"],
    ]);
  });

  it("fire at the seed's P95, in the seconds that CloudWatch counts in", () => {
    expect(named("p95")).toMatchObject({ threshold: 5, comparison: "GreaterThanThreshold", noGo: true });
    expect(named("p95")?.metrics).toEqual([
      { id: "times", metric: "TargetResponseTime", stat: "p95", of: "targetGroup" },
    ]);
  });

  it("fire for one target that is not healthy, and for none that is checked", () => {
    expect(named("unhealthy")).toMatchObject({ threshold: 0, missing: "breaching", noGo: true });
  });

  it("say that too few requests are too few, and that none are, without calling it a no-go", () => {
    expect(named("silence")).toMatchObject({
      comparison: "LessThanThreshold",
      threshold: 100,
      period: 300,
      periods: 1,
      missing: "breaching",
      noGo: false,
    });
  });

  it("follow the stack's thresholds", () => {
    const own = serviceAlarms({
      ...defaultThresholds,
      errorRate: { max: 0.002, for: 120_000 },
      p95: { maxMs: 750, for: 180_000 },
      minRequests: 7,
    });
    expect(own.map(({ threshold, period, periods }) => [threshold, period, periods])).toEqual([
      [0.2, 60, 2],
      [0.75, 60, 3],
      [0, 60, 2],
      [7, 120, 1],
    ]);
  });
});

it("hears what the load balancer answers itself, of which no service's alarm knows", () => {
  expect(loadBalancerAlarms(defaultThresholds)).toMatchObject([
    {
      expression: "100 * FILL(errors, 0) / (FILL(requests, 0) + FILL(errors, 0))",
      threshold: 1,
      periods: 5,
      missing: "missing",
      noGo: true,
    },
  ]);
});

it("watches CPU, connections and storage of a database, each only where it has a limit", () => {
  const names = (it: Parameters<typeof databaseAlarms>[0]) => databaseAlarms(it).map(({ name }) => name);
  expect(names({ cpu: 90 })).toEqual(["database-cpu"]);
  expect(names({ cpu: 90, connections: 80, storage: 10 })).toEqual([
    "database-cpu",
    "database-connections",
    "database-storage",
  ]);
  expect(databaseAlarms({ cpu: 90, storage: 10 })[1]).toMatchObject({
    comparison: "LessThanThreshold",
    threshold: 10_737_418_240,
  });
});

it("never reads a value that is missing as good", () => {
  const all = [...service, ...loadBalancerAlarms(defaultThresholds), ...databaseAlarms({ cpu: 1, storage: 1 })];
  for (const { name, missing } of all) expect(["missing", "breaching"], name).toContain(missing);
});

it("asks for no metric that an expression does not use, and judges one value alone", () => {
  for (const { metrics, expression } of [...service, ...loadBalancerAlarms(defaultThresholds)]) {
    if (expression === undefined) expect(metrics).toHaveLength(1);
    else for (const { id } of metrics) expect(expression).toMatch(new RegExp(`\\b${id}\\b`));
  }
});

it("joins alarms into one that fires when any does", () => {
  expect(anyFires(["prod-blue-api-errors", "prod-database-cpu"])).toBe(
    'ALARM("prod-blue-api-errors") OR ALARM("prod-database-cpu")',
  );
});
