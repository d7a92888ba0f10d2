import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { servingFactsOf } from "../../components/aws/serving.ts";
import { readSettings } from "../../config.ts";
import { cloudWatchTraffic } from "../../provider/aws/watch/trafficSource.ts";
import { countTold } from "../../provider/watch/toldCount.ts";
import { compareSides } from "../../release/strategy/compareSides.ts";
import { config, settings } from "../components/aws/shop.ts";
import { Balancer } from "../provider/aws/balancer.ts";
import { Cloud } from "../provider/aws/cloud.ts";

const minute = 60_000;
const noon = Date.UTC(2026, 0, 5, 12);

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: {
      readonly MetricName: string;
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    };
  };
}

describe("what both sides of a canary on AWS answered", () => {
  let cloud: Cloud;
  /** Requests a minute by environment; none at all for one without. */
  let requests: { blue?: number; green?: number };

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: noon + 20_000 });
    cloud = await Cloud.start();
    new Balancer(cloud, "blue");
    requests = { blue: 900, green: 100 };
    cloud.answers("GetMetricData", (asked) => {
      const { StartTime: from, EndTime: to } = asked as { StartTime: number; EndTime: number };
      return {
        MetricDataResults: (asked.MetricDataQueries as Query[]).map(({ Id, MetricStat: { Metric } }) => {
          const group = Metric.Dimensions.find(({ Name }) => Name === "TargetGroup")?.Value ?? "";
          const count = requests[group.includes("-green-") ? "green" : "blue"];
          const figures: Record<string, number> = {
            RequestCount: count ?? 0,
            HTTPCode_Target_5XX_Count: (count ?? 0) / 100,
            TargetResponseTime: 0.12,
          };
          const value = count === undefined ? undefined : figures[Metric.MetricName];
          const starts: number[] = [];
          for (let at = from; value !== undefined && at < to; at += 60) starts.push(at);
          return { Id, StatusCode: "Complete", Timestamps: starts, Values: starts.map(() => value) };
        }),
      };
    });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await cloud.end();
  });

  function begin() {
    const facts = servingFactsOf("prod", readSettings(config({ ...settings, blue: "v1", green: "v2" })));
    if (facts === undefined) throw new Error("no facts");
    return countTold(cloudWatchTraffic(facts), AbortSignal.timeout(20_000));
  }

  it("is counted from the next whole minute on, up to the last one whose figures hold", async () => {
    const count = begin();
    vi.setSystemTime(noon + 4 * minute + 30_000);
    expect(await count.soFar()).toEqual({
      from: noon + minute,
      to: noon + 3 * minute,
      answered: {
        blue: {
          api: { requests: 1_800, errors: 18, p95Ms: 120 },
          web: { requests: 1_800, errors: 18, p95Ms: 120 },
        },
        green: {
          api: { requests: 200, errors: 2, p95Ms: 120 },
          web: { requests: 200, errors: 2, p95Ms: 120 },
        },
      },
    });
  });

  it("is nothing before a minute is over, and CloudWatch is not asked for it", async () => {
    const { answered } = await begin().soFar();
    expect(answered.green.api).toEqual({ requests: 0, errors: 0, p95Ms: null });
    expect(cloud.asked.map(({ operation }) => operation)).not.toContain("GetMetricData");
  });

  it("is nothing of both where nothing was told of one", async () => {
    requests = { blue: 900 };
    const count = begin();
    vi.setSystemTime(noon + 4 * minute + 30_000);
    const { answered } = await count.soFar();
    expect(answered.blue.api?.requests).toBe(0);
    expect(answered.green.api?.requests).toBe(0);
  });

  it("is unreadable where CloudWatch does not say, and nobody is judged by it", async () => {
    cloud.answers("GetMetricData", { error: "AccessDenied", message: "not authorized" });
    const count = begin();
    vi.setSystemTime(noon + 4 * minute + 30_000);
    const counted = await count.soFar();
    expect(counted).toMatchObject({ answered: { blue: {}, green: {} }, unreadable: "not authorized" });
    const tolerance = { minRequests: 1, errorRate: 0.01, p95Factor: 2 };
    expect(compareSides(counted, { stable: "blue", next: "green" }, ["api"], tolerance)).toEqual({
      requests: 0,
      services: [
        {
          service: "api",
          verdict: "undecided",
          sentence: "what both versions answered could not be read: not authorized",
        },
      ],
    });
  });
});
