import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeWeights } from "../../provider/local/envoy/runtimeLayer.ts";
import { eventually } from "../processes.ts";
import { answerAt, commandOf, folderStands, killGroup, portsInUse, processesOf, supervisorsOf } from "./observe.ts";
import { Project } from "./project.ts";
import { serviceSettings, writeService } from "./service.ts";

const first = 26800;
let project: Project;

beforeAll(async () => {
  project = await Project.make(serviceSettings(first));
  await writeService(project, ["v1", "v2", "v3"]);
});
afterAll(async () => await project?.remove());

async function succeed(operation: "preview" | "up" | "refresh" | "destroy", ...args: string[]) {
  const ran = await project.run(operation, ...args);
  expect(ran.exitCode, ran.text).toBe(0);
  expect(ran.text).not.toMatch(/warning:/);
  return ran;
}

describe.sequential("a release by plain pulumi", () => {
  it("previews the first deployment and touches nothing", async () => {
    const { text, changes } = await succeed("preview");
    expect(text).toContain("api: nothing serves yet; the settings ask for blue v1");
    expect(changes.sort()).toEqual(
      [
        "create Release release",
        "create Host host",
        "create Proxy proxy",
        "create Environment blue",
        "create ServiceInstance blue-api-1",
        "create ServiceInstance blue-api-2",
        "create HealthGate blue-health",
        "create SmokeGate blue-smoke",
        "create TrafficSwitch traffic",
        "create Traffic traffic",
        "create ReleaseAlarms alarms",
        "create Alarms alarms",
      ].sort(),
    );
    expect(folderStands(project)).toBe(false);
    expect(await portsInUse(first, 20)).toEqual([]);
  });

  it("deploys and serves the first version in one update", async () => {
    const { text } = await succeed("up", "--skip-preview");
    expect(text).toContain(`api: "http://127.0.0.1:${first}"`);
    expect(await answerAt(first)).toEqual({ status: 200, version: "v1", environment: "blue" });
    expect(await supervisorsOf(project)).toEqual(["blue-api-1.pid", "blue-api-2.pid", "proxy.pid"]);
  });

  it("shows a candidate's deployment as resources of the idle side and no traffic", async () => {
    await project.set({ green: "v2" });
    const { text, changes } = await succeed("preview");
    expect(text).toMatch(/api: blue v1 serves \(read [^)]+\); the settings keep that/);
    expect(changes.sort()).toEqual([
      "create Environment green",
      "create HealthGate green-health",
      "create ServiceInstance green-api-1",
      "create ServiceInstance green-api-2",
      "create SmokeGate green-smoke",
      "update Release release",
    ]);
  });

  it("deploys the candidate beside the live version, which keeps all traffic", async () => {
    await succeed("up", "--skip-preview");
    expect(await answerAt(first)).toEqual({ status: 200, version: "v1", environment: "blue" });
    expect(await supervisorsOf(project)).toHaveLength(5);
  });

  it("shows the switch as the release and one change of traffic, with what serves now", async () => {
    await project.set({ live: "green" });
    const before = await project.settled();
    const { text, changes } = await succeed("preview", "--diff");
    expect(text).toMatch(/api: blue v1 serves \(read [^)]+\); the settings move traffic to green v2/);
    expect(text).toMatch(/~ kind +: "release" => "switch"/);
    expect(text).toMatch(/~ weights +: \{\s+~ blue : 100 => 0\s+~ green: 0 => 100/);
    expect(text).toMatch(/~ 2 to update\s+16 unchanged/);
    expect((await project.run("preview")).changes).toEqual(["update Release release", "update Traffic traffic"]);
    expect(changes).not.toContain("update Environment blue");
    expect(await project.settled()).toEqual(before);
    expect(await answerAt(first)).toMatchObject({ version: "v1" });
  });

  it("switches", async () => {
    const { changes } = await succeed("up", "--skip-preview");
    expect(changes).toEqual(["update Release release", "update Traffic traffic"]);
    expect(await answerAt(first)).toEqual({ status: 200, version: "v2", environment: "green" });
    expect((await project.resource("local:Traffic", "traffic"))?.outputs).toMatchObject({
      serving: { blue: 0, green: 100 },
    });
    expect((await project.resource("index:Release", "release"))?.inputs).toMatchObject({
      kind: "switch",
      history: ["v1"],
    });
  });

  it("changes nothing when it is run again", async () => {
    const { text, changes } = await succeed("up", "--skip-preview");
    expect(changes).toEqual([]);
    expect(text).toContain("18 unchanged");
  });

  it("finds nothing amiss on refresh", async () => {
    expect((await succeed("refresh", "--skip-preview")).text).toMatch(/Resources:\s+18 unchanged/);
  });

  it("goes back the same way, as a rollback", async () => {
    await project.set({ live: "blue" });
    const { changes } = await succeed("up", "--skip-preview");
    expect(changes).toEqual(["update Release release", "update Traffic traffic"]);
    expect(await answerAt(first)).toMatchObject({ version: "v1" });
    expect((await project.resource("index:Release", "release"))?.inputs).toMatchObject({
      kind: "rollback",
      history: ["v2"],
    });
  });
});

describe.sequential("what an update must not do", () => {
  const refused = [
    {
      what: "change the live version",
      settings: { live: "blue", blue: "v3", green: "v2" },
      says: "blue is live with v1 and would be changed to v3 while it serves",
    },
    {
      what: "switch and retire the old side",
      settings: { live: "green", blue: undefined, green: "v2" },
      says: "Traffic would leave blue, and v1 there would be retired, in one update",
    },
    {
      what: "switch to an environment without a version",
      settings: { live: "green", blue: "v1", green: undefined },
      says: "live names green, where no version is deployed",
    },
    {
      what: "deploy and switch at once",
      settings: { live: "green", blue: "v1", green: "v3" },
      says: "v3 would be deployed to green and traffic switched to it in one update",
    },
    {
      what: "deploy what is live already to the other side",
      settings: { live: "blue", blue: "v1", green: "v1" },
      says: "v1 is already live in blue",
    },
  ];

  for (const { what, settings, says } of refused) {
    it(`${what}: refused in preview and update, nothing touched`, async () => {
      await project.set(settings);
      const before = await project.settled();
      for (const ran of await Promise.all([project.run("preview"), project.run("up", "--skip-preview")])) {
        expect(ran.exitCode, ran.text).not.toBe(0);
        expect(ran.text).toContain(says);
        expect(ran.text).not.toMatch(/<nil>|\n\s+at /);
        expect(ran.changes).toEqual([]);
      }
      expect(await project.settled()).toEqual(before);
      expect(await answerAt(first)).toMatchObject({ version: "v1" });
    });
  }
});

describe.sequential("what changed behind the engine's back", () => {
  it("moved traffic: an update that wants to move it refuses and leaves it", async () => {
    await project.set({ live: "green", blue: "v1", green: "v2" });
    writeWeights(join(project.dir, "envoy"), ["api"], { blue: 50, green: 50 });
    const ran = await project.run("up", "--skip-preview");
    expect(ran.exitCode, ran.text).not.toBe(0);
    expect(ran.text).toContain(
      "Somebody moved traffic: the proxy serves blue 50 %, green 50 %, the last update left blue 100 %",
    );
    const seen = new Set<string>();
    await eventually("both sides to answer", async () => {
      seen.add((await answerAt(first)).version);
      return seen.size === 2 ? true : undefined;
    });
  });

  it("a switch that failed halfway does not open the side that still serves to changes", async () => {
    await project.set({ live: "green", blue: "v3", green: "v2" });
    const ran = await project.run("preview");
    expect(ran.exitCode, ran.text).not.toBe(0);
    expect(ran.text).toContain("blue takes users' traffic with v1");
    await project.set({ blue: "v1" });
  });

  it("moved traffic: refresh shows it, and the update after it ends as the settings ask", async () => {
    const refreshed = await succeed("refresh", "--skip-preview");
    expect(refreshed.changes).toEqual(["update Traffic traffic"]);
    expect((await project.resource("local:Traffic", "traffic"))?.outputs).toMatchObject({
      serving: { blue: 50, green: 50 },
    });
    expect((await succeed("up", "--skip-preview")).changes).toEqual(["update Traffic traffic"]);
    expect(await answerAt(first)).toMatchObject({ version: "v2" });
  });

  it("a killed process and a killed proxy: refresh shows both, the next update starts them and asks the gates", async () => {
    killGroup(project, "green-api-1");
    killGroup(project, "proxy");
    const refreshed = await succeed("refresh", "--skip-preview");
    expect(refreshed.changes.sort()).toEqual(["delete Proxy proxy", "delete ServiceInstance green-api-1"]);
    const { changes } = await succeed("up", "--skip-preview");
    expect(changes.sort()).toEqual([
      "create Proxy proxy",
      "create ServiceInstance green-api-1",
      "update HealthGate green-health",
      "update SmokeGate green-smoke",
    ]);
    expect(await answerAt(first)).toMatchObject({ version: "v2" });
    expect(await supervisorsOf(project)).toHaveLength(5);
  });

  it("a process that its supervisor started again is no drift", async () => {
    const child = await commandOf(project, "green-api-2");
    process.kill(child.pid, "SIGKILL");
    await eventually("another process in its place", async () => {
      const now = await commandOf(project, "green-api-2").catch(() => undefined);
      const answers = now !== undefined && now.pid !== child.pid && (await portsInUse(first, 20)).includes(first + 8);
      return answers ? true : undefined;
    });
    expect((await succeed("refresh", "--skip-preview")).text).toMatch(/Resources:\s+18 unchanged/);
  });
});

describe.sequential("taking the stack down", () => {
  it("leaves no process, no port and no file", async () => {
    await succeed("destroy", "--skip-preview");
    expect(await processesOf(project)).toEqual([]);
    expect(await portsInUse(first, 20)).toEqual([]);
    expect(folderStands(project)).toBe(false);
    expect((await project.exported()).resources).toEqual([]);
  });

  it("does nothing the second time", async () => {
    await succeed("destroy", "--skip-preview");
  });
});
