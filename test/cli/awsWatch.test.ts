import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchCommand } from "../../cli/commands/watch.ts";
import { openContext } from "../../cli/context.ts";
import { awsPlatform } from "../../cli/platform/aws.ts";
import { bakeSourceOf } from "../../components/aws/bakeSource.ts";
import { bakeArgs } from "../../components/bakeGate.ts";
import type { Observer } from "../../provider/watch/observer.ts";
import type { Observation } from "../../release/observation.ts";
import { judge } from "../../release/verdict.ts";
import { database, settings } from "../components/aws/shop.ts";
import { Balancer } from "../provider/aws/balancer.ts";
import { Cloud } from "../provider/aws/cloud.ts";
import { Managed, refusal } from "../provider/managed.ts";
import { awsProject, tasksRun } from "./awsStack.ts";
import type { Project } from "./project.ts";
import { Told } from "./told.ts";

const minute = 60_000;
const noon = Date.UTC(2026, 0, 5, 12);

interface Query {
  readonly Id: string;
  readonly MetricStat: { readonly Metric: { readonly MetricName: string; readonly Namespace: string } };
}

describe("a watch on AWS", () => {
  let cloud: Cloud;
  let balancer: Balancer;
  let project: Project;
  let told: Told;
  /** Value of each metric in a minute, of those that begin before `until`. */
  let metrics: Record<string, number | undefined>;
  let until: number;
  let states: Record<string, string>;

  beforeEach(async () => {
    // Minutes go by as the test says.
    vi.useFakeTimers({ toFake: ["Date"], now: noon + 20_000 });
    cloud = await Cloud.start();
    balancer = new Balancer(cloud, "green");
    tasksRun(cloud, { blue: "v1", green: "v2" });
    told = new Told();
    metrics = { RequestCount: 600, HTTPCode_Target_5XX_Count: 0, TargetResponseTime: 0.12, DatabaseConnections: 12 };
    until = Number.POSITIVE_INFINITY;
    states = { "prod-green-no-go": "OK", "prod-green-api-silence": "OK", "prod-green-web-silence": "OK" };
    cloud.answers("GetMetricData", (asked) => {
      const { StartTime: from, EndTime: to } = asked as { StartTime: number; EndTime: number };
      const starts: number[] = [];
      for (let at = from; at < Math.min(to, until / 1_000); at += 60) starts.push(at);
      return {
        MetricDataResults: (asked.MetricDataQueries as Query[]).map(({ Id, MetricStat }) => {
          const value = metrics[MetricStat.Metric.MetricName];
          return {
            Id,
            StatusCode: "Complete",
            Timestamps: value === undefined ? [] : starts,
            Values: value === undefined ? [] : starts.map(() => value),
          };
        }),
      };
    });
    cloud.answers("DescribeAlarms", ({ AlarmNames }) => ({
      MetricAlarms: (AlarmNames as string[]).flatMap((AlarmName) =>
        states[AlarmName] === undefined ? [] : [{ AlarmName, StateValue: states[AlarmName] }],
      ),
    }));
    cloud.answers("FilterLogEvents", { events: [] });
    project = awsProject("green");
  });
  afterEach(async () => {
    vi.useRealTimers();
    project.remove();
    await cloud.end();
  });

  const stopAt = (time: number) => {
    until = time;
  };
  const platform = () => awsPlatform(openContext({ project: project.dir, json: true, yes: true }));

  async function observer(): Promise<Observer> {
    const signal = AbortSignal.timeout(20_000);
    return platform().observer({ environment: "green", version: "v2", reporter: told, signal });
  }

  /** Looks at the beginning and after so many minutes, and the verdict by then. */
  async function watched(after: number) {
    const it = await observer();
    const looks: Observation[] = [await it.look()];
    await it.settle();
    vi.setSystemTime(noon + after * minute);
    looks.push(await it.look());
    const { services } = platform();
    return { looks, observer: it, verdict: judge(looks, platform().thresholds(), Date.now(), services) };
  }

  it("is go after the whole window of figures that are fine, alarms at rest, healthy targets and a smoke test", async () => {
    const { verdict, looks } = await watched(8);
    expect(verdict.sentence).toMatch(/^Go after 7 min/);
    expect(looks[1]?.services.api).toMatchObject({ periods: { length: 6 } });
    expect(looks[1]?.health).toEqual({ healthy: 4, of: 4 });
  });

  it("believes whole minutes only, since the watch began, and only when they are settled", async () => {
    const { looks } = await watched(3.5);
    expect(looks[0]?.services.api).toEqual({ periods: [] });
    expect(looks[1]?.services.api).toMatchObject({ periods: [{ from: noon + minute, to: noon + 2 * minute }] });
  });

  it("is no-go by errors, and by slowness", async () => {
    metrics.HTTPCode_Target_5XX_Count = 30;
    expect((await watched(8)).verdict.verdict).toBe("no-go");
    metrics.HTTPCode_Target_5XX_Count = 0;
    metrics.TargetResponseTime = 6;
    vi.setSystemTime(noon + 20_000);
    expect((await watched(8)).verdict.verdict).toBe("no-go");
  });

  it("counts targets that could not be reached among the errors", async () => {
    metrics.TargetConnectionErrorCount = 30;
    expect((await watched(8)).verdict.verdict).toBe("no-go");
  });

  it("is no-go at once when the no-go alarm fires, and undecided while one says that too few requests came", async () => {
    states["prod-green-no-go"] = "ALARM";
    expect((await watched(1)).verdict.verdict).toBe("no-go");
    states["prod-green-no-go"] = "OK";
    states["prod-green-web-silence"] = "ALARM";
    vi.setSystemTime(noon + 20_000);
    expect((await watched(8)).verdict.verdict).toBe("undecided");
  });

  it.each([
    ["no figures came", () => Object.assign(metrics, { RequestCount: undefined })],
    ["no percentile came", () => Object.assign(metrics, { TargetResponseTime: undefined })],
    ["the figures stopped", () => stopAt(noon + 7 * minute)],
    ["there is no alarm", () => Object.assign(states, { "prod-green-no-go": undefined })],
    ["the alarms cannot be read", () => cloud.answers("DescribeAlarms", { error: "AccessDenied" })],
    ["the figures cannot be read", () => cloud.answers("GetMetricData", { error: "AccessDenied" })],
    ["the targets' health cannot be read", () => cloud.answers("DescribeTargetHealth", { error: "AccessDenied" })],
  ])("is undecided, never go, where %s", async (_, spoil) => {
    spoil();
    expect((await watched(12)).verdict.verdict).toBe("undecided");
  });

  it("tells since when nothing was told, when the figures stop", async () => {
    until = noon + 7 * minute;
    const { looks } = await watched(12);
    expect(looks[1]?.services.api).toEqual({ unreadable: expect.stringMatching(/nothing since \d\d:07:00/) });
  });

  it("tells the database's connections, and is undecided where they are not told", async () => {
    project.remove();
    project = awsProject("green", { aws: { ...settings.aws, database } });
    expect((await watched(8)).looks[1]?.database).toMatchObject({
      detail: expect.stringMatching(/^12 connections at/),
    });
    metrics.DatabaseConnections = undefined;
    vi.setSystemTime(noon + 20_000);
    expect((await watched(8)).verdict.sentence).toContain("the database was not asked");
    expect(told.texts.join()).toContain("not read on aws: locks, long transactions and deadlocks of the database");
  });

  it("finds error patterns that only the watched side logs, and reads each line once", async () => {
    cloud.answers("FilterLogEvents", ({ logGroupName }) => {
      const both = { eventId: "1", timestamp: noon, message: "ERROR cache 17 is cold" };
      const own = { eventId: "2", timestamp: noon + 1, message: "ERROR order 5 has no total" };
      return { events: String(logGroupName).includes("green-api") ? [both, own] : [both] };
    });
    const { observer: it, looks } = await watched(8);
    expect(it.newPatterns).toMatchObject([{ count: 1, sample: "ERROR order 5 has no total" }]);
    expect(looks[1]?.newErrorPatterns).toBe(1);
  });

  describe("inside an update", () => {
    beforeEach(() => {
      // Every look takes a minute.
      cloud.answers("DescribeAlarms", ({ AlarmNames }) => {
        vi.setSystemTime(Date.now() + minute);
        return {
          MetricAlarms: (AlarmNames as string[]).flatMap((AlarmName) =>
            states[AlarmName] === undefined ? [] : [{ AlarmName, StateValue: states[AlarmName] }],
          ),
        };
      });
    });

    /** The gate as the stack asks it after its switch, or after a share, with a patience of three minutes. */
    function bake(changes: object = {}) {
      const { stack, settings: read } = openContext({ project: project.dir, json: true, yes: true });
      const all = { ...read(), bake: 8 * minute, ...changes };
      const args = { ...bakeArgs(all, bakeSourceOf(stack, all)), kind: "switch", watched: false };
      const gate = new Managed("greenlight:index:BakeGate", "bake");
      return { gate, args: { ...args, everyMs: 1, patienceMs: 3 * minute } };
    }

    it("passes with the verdict of the whole time, and reads no logs", async () => {
      const { gate, args } = bake();
      expect((await gate.create(args)).verdict).toMatch(/^Go after 8 min: error rate of api 0 %/);
      expect(cloud.operations()).toContain("GetMetricData");
      expect(cloud.operations()).not.toContain("FilterLogEvents");
    });

    it("fails by errors with their values, and says where traffic is and how to go back", async () => {
      metrics.HTTPCode_Target_5XX_Count = 30;
      const { gate, args } = bake();
      const said = await refusal(gate.create(args));
      expect(said).toMatch(/^No-go after \d min: error rate of api 5 % \(threshold 1 %/);
      expect(said).toContain("green v2 at 100 %, api, web");
      expect(said).toContain("Traffic is where the update put it: green serves.");
      expect(said).toContain("set greenlight:live to blue and update");
      expect(said).not.toContain("aws.rollback");
      expect(gate.id).toBe("");
      const armed = { ...args, source: { ...args.source, byItself: true } };
      expect(await refusal(gate.create(armed))).toContain("aws.rollback may take it back at any moment");
    });

    it("says that traffic is back, where it was taken back by itself when the alarm fired", async () => {
      states["prod-green-no-go"] = "ALARM";
      Object.assign(balancer.weights, { api: { blue: 100, green: 0 }, web: { blue: 100, green: 0 } });
      const { gate, args } = bake();
      const said = await refusal(gate.create(args));
      expect(said).toContain("prod-green-no-go fires");
      expect(said).toContain(
        "Traffic is not where the update put it any more: api: blue 100 %, green 0 %; web: blue 100 %, green 0 %.",
      );
    });

    it("watches the side with a share by its own alarms, and compares it with the other", async () => {
      Object.assign(balancer.weights, { api: { blue: 90, green: 10 }, web: { blue: 90, green: 10 } });
      const { gate, args } = bake({ live: "blue", share: 10 });
      expect((await gate.create(args)).verdict).toMatch(
        /^Go at 10 %, compared: api: 0 % of the new version's requests failed.*; web: /,
      );
      states["prod-green-no-go"] = "ALARM";
      expect(await refusal(bake({ live: "blue", share: 10 }).gate.create(args))).toContain("prod-green-no-go fires");
    });

    it.each([
      ["no figures came", () => Object.assign(metrics, { RequestCount: undefined })],
      ["the figures stopped", () => stopAt(noon + 5 * minute)],
      ["there is no alarm", () => Object.assign(states, { "prod-green-no-go": undefined })],
      ["the figures cannot be read", () => cloud.answers("GetMetricData", { error: "AccessDenied" })],
      ["the targets' health cannot be read", () => cloud.answers("DescribeTargetHealth", { error: "AccessDenied" })],
    ])("never passes where %s, also when its patience is over", async (_, spoil) => {
      spoil();
      const { gate, args } = bake();
      const said = await refusal(gate.create(args));
      expect(said).toMatch(/^Undecided after 1[0-9] min/);
      expect(said).toContain("or run the update again: it watches anew");
    });

    it("ends at once when the update is cancelled", async () => {
      const { gate, args } = bake();
      const ended = refusal(gate.create({ ...args, forMs: 100_000 * minute, everyMs: 60_000 }));
      await gate.provider.cancel();
      expect(await ended).toContain("the update was cancelled");
    });
  });

  it("by the command ends with exit code 5 while there is nothing to judge by, and 3 for an alarm", async () => {
    vi.useRealTimers();
    const options = { project: project.dir, json: true, yes: true, forMs: 1 };
    const undecided = await watchCommand(options, told, new AbortController().signal);
    expect(undecided).toMatchObject({ exitCode: 5, json: { ok: false, environment: "green", version: "v2" } });
    states["prod-green-no-go"] = "ALARM";
    const refused = await watchCommand(options, told, new AbortController().signal);
    expect(refused).toMatchObject({ exitCode: 3, text: expect.stringContaining("prod-green-no-go fires") });
    expect(balancer.written).toEqual([]);
  });
});
