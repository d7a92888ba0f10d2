import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { releaseCommand } from "../../cli/commands/release.ts";
import { switchCommand } from "../../cli/commands/switch.ts";
import { Balancer } from "../provider/aws/balancer.ts";
import { Cloud } from "../provider/aws/cloud.ts";
import { awsProject, tasksRun } from "./awsStack.ts";
import type { Project } from "./project.ts";
import { Told } from "./told.ts";

// What a release and a switch refuse before the engine is asked; the whole way is in test/engine/awsCommands.test.ts.

describe("a release on AWS before anything is touched", () => {
  let cloud: Cloud;
  let balancer: Balancer;
  let project: Project;
  let alarm: string | undefined;

  beforeEach(async () => {
    cloud = await Cloud.start();
    balancer = new Balancer(cloud, "blue");
    tasksRun(cloud, { blue: "v1", green: "v2" });
    alarm = "OK";
    cloud.answers("DescribeAlarms", () => ({
      MetricAlarms: alarm === undefined ? [] : [{ AlarmName: "prod-blue-no-go", StateValue: alarm }],
    }));
    project = awsProject("blue");
  });
  afterEach(async () => {
    project.remove();
    await cloud.end();
  });

  const options = () => ({ project: project.dir, json: true, yes: true });
  const release = (version: string) =>
    releaseCommand({ ...options(), release: version }, new Told(), new AbortController().signal);

  it.each([
    ["the no-go alarm of what serves fires", () => setAlarm("ALARM"), "prod-blue-no-go fires"],
    ["that alarm has no state", () => setAlarm("INSUFFICIENT_DATA"), "prod-blue-no-go has no state yet"],
    ["that alarm is not there", () => setAlarm(undefined), "there is no alarm prod-blue-no-go"],
    ["a target of what serves is sick", () => sicken("prod-blue-api"), "the live api: 10.0.0.2 is unhealthy"],
    ["several versions run where it serves", () => mix(), "the way back is not clear: blue runs"],
  ])("is refused with exit code 3 when %s", async (_, spoil, said) => {
    spoil();
    const { exitCode, json } = await release("v3");
    expect(exitCode).toBe(3);
    expect(json).toMatchObject({ ok: false, outcome: "refused", environment: "green" });
    expect(json.sentence).toContain(said);
    expect(json.serving).toMatchObject({ environment: "blue" });
    expect(balancer.written).toEqual([]);
  });

  it("is refused for the version that runs where users are served, whatever the settings say", async () => {
    tasksRun(cloud, { blue: "v3", green: "v2" });
    await expect(release("v3")).rejects.toMatchObject({ exitCode: 3, happened: "v3 is already live." });
  });

  it("does not begin where nobody says what runs", async () => {
    cloud.answers("DescribeServices", { error: "AccessDeniedException", message: "not authorized" });
    await expect(release("v3")).rejects.toThrow("AWS did not tell which tasks run");
  });

  it("is no switch to a side without a version", async () => {
    project.remove();
    project = awsProject("blue", { green: undefined });
    const switched = switchCommand({ ...options(), environment: "green" }, new Told(), new AbortController().signal);
    await expect(switched).rejects.toMatchObject({
      exitCode: 2,
      happened: "green has no version, so it cannot serve.",
    });
  });

  it("is no share for the side that is live", async () => {
    const signal = new AbortController().signal;
    const shared = switchCommand({ ...options(), environment: "blue", share: 10 }, new Told(), signal);
    await expect(shared).rejects.toMatchObject({
      exitCode: 2,
      happened: "blue is live: a share is given to the other side.",
    });
    expect(balancer.written).toEqual([]);
  });

  function setAlarm(state: string | undefined): void {
    alarm = state;
  }
  function sicken(group: string): void {
    balancer.healthy[group] = 1;
  }
  /** Of the services in blue one runs v1, the other v3. */
  function mix(): void {
    tasksRun(cloud, { blue: "v1", green: "v2" });
    const v1 = cloud.answer("DescribeTasks");
    tasksRun(cloud, { blue: "v3", green: "v2" });
    const v3 = cloud.answer("DescribeTasks");
    cloud.answers("DescribeTasks", (asked) => (String(asked.tasks).endsWith("api") ? v1(asked) : v3(asked)));
  }
});
