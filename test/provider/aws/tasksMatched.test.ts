import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Managed } from "../managed.ts";
import { Balancer, groupArn } from "./balancer.ts";
import { Cloud } from "./cloud.ts";

const services = ["api", "web"].map((service) => ({
  service,
  blue: `prod-blue-${service}`,
  green: `prod-green-${service}`,
  targetGroups: { blue: groupArn(`prod-blue-${service}`), green: groupArn(`prod-green-${service}`) },
}));

const inputs = (blue: number) => ({
  region: "eu-central-1",
  listener: "arn:users",
  cluster: "prod",
  services,
  weights: { blue, green: 100 - blue },
  intervalMs: 1,
  deadlineMs: 200,
});

describe("tasks of the side that is about to receive traffic", () => {
  let cloud: Cloud;
  let balancer: Balancer;
  let matched: Managed;
  /** Desired and running tasks by the service's name in ECS. */
  let counts: Record<string, { desired: number; running: number }>;

  beforeEach(async () => {
    cloud = await Cloud.start();
    balancer = new Balancer(cloud, "blue");
    counts = {};
    for (const { blue, green } of services) {
      counts[blue] = { desired: 2, running: 2 };
      counts[green] = { desired: 2, running: 2 };
    }
    cloud.answers("DescribeServices", ({ services: asked }) => ({
      services: (asked as string[]).flatMap((serviceName) => {
        const it = counts[serviceName];
        if (it === undefined) return [];
        return [{ serviceName, status: "ACTIVE", desiredCount: it.desired, runningCount: it.running }];
      }),
    }));
    starts(() => true);
    matched = new Managed("greenlight:aws:TasksMatched", "traffic-tasks");
    await matched.create(inputs(100));
  });
  afterEach(() => cloud.end());

  /** Whether a task that ECS is asked for runs at once. */
  function starts(runs: () => boolean): void {
    cloud.answers("UpdateService", (asked) => {
      const { service, desiredCount } = asked as { service: string; desiredCount: number };
      const it = counts[service] ?? { desired: 0, running: 0 };
      counts[service] = { desired: desiredCount, running: runs() ? desiredCount : it.running };
      return { service: {} };
    });
  }
  const serves = (blue: number) => {
    for (const { service } of services) balancer.weights[service] = { blue, green: 100 - blue };
  };
  const asked = () => cloud.asked.filter(({ operation }) => operation === "UpdateService").map(({ input }) => input);

  it("are as many as serve, before a switch", async () => {
    counts["prod-blue-web"] = { desired: 6, running: 6 };
    await matched.update(inputs(0));
    expect(asked()).toEqual([{ cluster: "prod", service: "prod-green-web", desiredCount: 6 }]);
    expect(matched.told.at(-1)).toContain("green is raised to the size of blue: web from 2 to 6 tasks");
  });

  it("are as many before a canary's first share too, and before the way back", async () => {
    counts["prod-blue-api"] = { desired: 3, running: 3 };
    await matched.update(inputs(90));
    expect(counts["prod-green-api"]?.desired).toBe(3);
    serves(90);
    counts["prod-green-api"] = { desired: 5, running: 5 };
    await matched.update(inputs(100));
    expect(counts["prod-blue-api"]?.desired).toBe(5);
  });

  it("are never made fewer, and a side that receives nothing is left as it is", async () => {
    counts["prod-green-web"] = { desired: 9, running: 9 };
    await matched.update(inputs(0));
    expect(asked()).toEqual([]);
    serves(0);
    counts["prod-green-web"] = { desired: 12, running: 12 };
    await matched.update(inputs(0));
    expect(asked()).toEqual([]);
  });

  it("are raised anew after a refresh, where the switch that they were raised for never came", async () => {
    await matched.update(inputs(0));
    counts["prod-blue-web"] = { desired: 6, running: 6 };
    expect(await matched.differs()).toBe(false);
    await matched.refresh();
    expect(await matched.differs()).toBe(true);
    await matched.update();
    expect(counts["prod-green-web"]?.desired).toBe(6);
    serves(0);
    await matched.refresh();
    expect(await matched.differs()).toBe(false);
  });

  it("of a service that nobody serves yet are left as they are", async () => {
    delete balancer.weights.web;
    counts["prod-blue-web"] = { desired: 6, running: 6 };
    await matched.update(inputs(0));
    expect(asked()).toEqual([]);
  });

  it("that do not come in time leave traffic as it is, and say how many there are", async () => {
    counts["prod-blue-web"] = { desired: 6, running: 6 };
    starts(() => false);
    await expect(matched.update(inputs(0))).rejects.toThrow(
      /Traffic was not moved: prod-green-web runs 2 of 6 tasks, as many as serve now[\s\S]*run the update again/,
    );
    await expect(matched.update(inputs(0))).rejects.toThrow("prod-green-web runs 2 of 6 tasks");
  });

  it("that may not be asked for are an error by AWS's name for it", async () => {
    counts["prod-blue-web"] = { desired: 6, running: 6 };
    cloud.answers("UpdateService", { error: "AccessDeniedException", message: "not authorized" });
    await expect(matched.update(inputs(0))).rejects.toThrow(
      "AWS did not raise the tasks of green: AccessDeniedException",
    );
  });

  it("are nothing that a preview shows while no traffic moves", async () => {
    expect(await matched.differs({ ...inputs(100), deadlineMs: 5 })).toBe(false);
    expect(await matched.differs(inputs(90))).toBe(true);
  });
});
