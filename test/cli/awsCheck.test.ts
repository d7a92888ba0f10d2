import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkCommand } from "../../cli/commands/check.ts";
import { releaseCommand } from "../../cli/commands/release.ts";
import { Balancer } from "../provider/aws/balancer.ts";
import { Cloud } from "../provider/aws/cloud.ts";
import { awsProject, tasksRun } from "./awsStack.ts";
import type { Project } from "./project.ts";
import { Told } from "./told.ts";

describe("greenlight check on AWS", () => {
  let cloud: Cloud;
  let project: Project;

  beforeEach(async () => {
    cloud = await Cloud.start();
    new Balancer(cloud, "blue");
    tasksRun(cloud, { blue: "v1", green: "v2" });
    cloud.answers("GetCallerIdentity", { Account: "123456789012" });
    cloud.answers("DescribeAlarms", (asked) => ({
      MetricAlarms: (asked.AlarmNames as string[]).map((AlarmName) => ({ AlarmName, StateValue: "OK" })),
    }));
    project = awsProject("blue", { green: "v3" });
  });
  afterEach(async () => {
    project.remove();
    await cloud.end();
  });

  const check = async (more: { review?: boolean; item?: string } = {}) => {
    const options = {
      project: project.dir,
      json: true,
      yes: true,
      version: "v3",
      format: "json",
      color: false,
    } as const;
    const asked = { review: false, watch: false, ...options, ...more };
    const { exitCode, json } = await checkCommand(asked, new Told(), new AbortController().signal);
    const items = Object.fromEntries(
      (json as { items: { id: string; verdict: string; reason: string }[] }).items.map((it) => [it.id, it]),
    );
    return { exitCode, items };
  };

  it("judges every item, by AWS what only AWS knows, and refuses a release without evidence", async () => {
    const { exitCode, items } = await check();
    expect(exitCode).toBe(3);
    expect(Object.keys(items)).toHaveLength(36);
    expect(items).toMatchObject({
      "tests/unit": { verdict: "fail", reason: expect.stringContaining("there is no evidence") },
      "day/health": { verdict: "pass" },
      "infrastructure/monitoring": { verdict: "pass" },
      "infrastructure/capacity": { verdict: "pass" },
      "anti-patterns/unwatched": { verdict: "pass" },
      "infrastructure/rollback": {
        verdict: "fail",
        reason: "no rollback of v3 or v1 was drilled, rehearsed or done",
      },
    });
  });

  it("ends well with the one item that was asked for and stands", async () => {
    expect((await check({ item: "day/health" })).exitCode).toBe(0);
  });

  it("holds up a release by `greenlight release` where the checklist is mandatory", async () => {
    project.remove();
    project = awsProject("blue", { checklist: { level: "mandatory" } });
    const options = { project: project.dir, json: true, yes: true, release: "v3" };
    const { exitCode, json } = await releaseCommand(options, new Told(), new AbortController().signal);
    expect(exitCode).toBe(3);
    expect(json.sentence).toContain("tests/unit: there is no evidence");
    expect(json.sentence).not.toContain("day/health");
  });

  it("asks nobody for its health in a review", async () => {
    const { items } = await check({ review: true });
    expect(items["day/health"]?.verdict).not.toBe("pass");
    expect(cloud.operations()).not.toContain("DescribeTargetHealth");
  });

  it("passes nothing that it cannot ask for, and says why", async () => {
    for (const operation of ["DescribeRules", "DescribeServices", "DescribeAlarms", "DescribeTargetHealth"]) {
      cloud.answers(operation, { error: "AccessDenied", message: "not authorized" });
    }
    const { exitCode, items } = await check();
    expect(exitCode).toBe(3);
    for (const id of ["day/health", "infrastructure/capacity", "infrastructure/rollback", "anti-patterns/unwatched"]) {
      expect(items[id]).toMatchObject({ verdict: "fail", reason: expect.stringContaining("AWS did not tell") });
    }
  });
});
