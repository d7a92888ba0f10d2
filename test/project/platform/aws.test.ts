import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { openContext } from "../../../cli/context.ts";
import { checklistOf } from "../../../project/checklist/checklistOf.ts";
import { Git } from "../../../project/git.ts";
import { releaseMigrations } from "../../../project/migrations/releaseMigrations.ts";
import { askedAws } from "../../../project/platform/aws.ts";
import { liveVersions } from "../../../project/platform/platform.ts";
import { readManifest } from "../../../project/readManifest.ts";
import { checklistItems } from "../../../release/checklist/items/index.ts";
import { judgeChecklist } from "../../../release/checklist/judge.ts";
import { awsProject, tasksRun } from "../../cli/awsStack.ts";
import type { Project } from "../../cli/project.ts";
import { database, image, settings } from "../../components/aws/shop.ts";
import { Balancer } from "../../provider/aws/balancer.ts";
import { Cloud } from "../../provider/aws/cloud.ts";

const migrating = stringify({
  version: "v3",
  services: { api: { image: image("api", "v3") }, web: { image: image("web", "v3") } },
  smoke: { command: ["npm", "test"] },
  database: { tool: "sql", directory: "../migrations" },
});

/** Names of every alarm that a stack of these services has in blue. */
const inBlue = [
  "prod-blue-no-go",
  ...["api", "web"].flatMap((name) => ["errors", "p95", "unhealthy"].map((rule) => `prod-blue-${name}-${rule}`)),
];

describe("what a checklist asks of AWS", () => {
  let cloud: Cloud;
  let balancer: Balancer;
  let project: Project;
  /** State of the no-go alarm of blue; undefined where it is not there. */
  let noGo: string | undefined;
  let alarms: readonly string[];

  beforeEach(async () => {
    cloud = await Cloud.start();
    balancer = new Balancer(cloud, "blue");
    tasksRun(cloud, { blue: "v1", green: "v2" });
    noGo = "OK";
    alarms = inBlue;
    cloud.answers("GetCallerIdentity", { Account: "123456789012" });
    cloud.answers("DescribeAlarms", (asked) => {
      const wanted = (asked.AlarmNames as string[]).filter((name) => alarms.includes(name));
      const state = (name: string) => (name.endsWith("no-go") ? noGo : "OK");
      return {
        MetricAlarms: wanted.flatMap((AlarmName) => {
          const StateValue = state(AlarmName);
          return StateValue === undefined ? [] : [{ AlarmName, StateValue }];
        }),
      };
    });
    project = awsProject("blue", { green: "v3", services: { api: { port: 8080 }, web: { port: 3000 } } });
  });
  afterEach(async () => {
    project.remove();
    await cloud.end();
  });

  function setNoGo(state: string | undefined): void {
    noGo = state;
  }
  const reload = (more: Record<string, unknown>) => {
    project.remove();
    project = awsProject("blue", { green: "v3", services: { api: { port: 8080 }, web: { port: 3000 } }, ...more });
  };
  const stackOf = () => {
    const context = openContext({ project: project.dir, stack: "prod", json: false, yes: true });
    const { signal } = new AbortController();
    return { project: project.dir, stack: "prod", dir: context.dir, settings: context.settings(), signal };
  };
  const aws = (ms?: number) => askedAws(stackOf(), ms);
  /** The verdict on one item of v3, as `greenlight check` has it. */
  const judged = async (id: string) => {
    const facts = await checklistOf({ ...stackOf(), version: "v3", phase: "day" });
    const found = judgeChecklist(checklistItems, facts, new Date()).items.find((item) => item.id === id);
    return `${found?.verdict}: ${found?.reason}`;
  };
  const denied = { error: "AccessDenied", message: "not authorized to perform what was asked" };

  describe("how what serves fares", () => {
    it("is well when every target of the side that serves is healthy and its no-go alarm is at OK", async () => {
      expect(await judged("day/health")).toBe("pass: all 4 instances of blue answer well, no alarm fires");
    });

    it.each<[string, () => void, string]>([
      [
        "a target is sick",
        () => {
          balancer.healthy["prod-blue-web"] = 1;
        },
        "the live web is not healthy: 10.0.0.2 is unhealthy: Health checks failed",
      ],
      ["its alarm fires", () => setNoGo("ALARM"), "prod-blue-no-go fires"],
      ["its alarm has no data", () => setNoGo("INSUFFICIENT_DATA"), "prod-blue-no-go has no state yet"],
      ["its alarm is not there", () => setNoGo(undefined), "there is no alarm prod-blue-no-go"],
      ["it has no target at all", () => cloud.answers("DescribeTargetHealth", {}), "no instance of api, web serves in"],
      [
        "traffic is divided",
        () => {
          balancer.weights.web = { blue: 90, green: 10 };
        },
        "traffic is divided between the environments",
      ],
      [
        "the rule of one of its services is gone",
        () => {
          delete balancer.weights.web;
        },
        "no rule leads users to web, though blue has 2 targets for it",
      ],
      ["nobody may ask for the rules", () => cloud.answers("DescribeRules", denied), "AWS did not tell what serves"],
      [
        "nobody may ask for the targets",
        () => cloud.answers("DescribeTargetHealth", denied),
        "AWS did not tell the health of the targets",
      ],
      [
        "nobody may ask for the alarms",
        () => cloud.answers("DescribeAlarms", { error: "AccessDeniedException", message: "no" }),
        "AWS did not tell the state of the alarms",
      ],
      [
        "the credentials are of another account, in which there is nothing",
        () => {
          cloud.answers("GetCallerIdentity", { Account: "999999999999" });
          cloud.answers("DescribeLoadBalancers", { error: "LoadBalancerNotFound" });
        },
        "The credentials are of the account 999999999999, and the stack is in 123456789012",
      ],
    ])("is not when %s", async (_, spoil, reason) => {
      spoil();
      const said = await judged("day/health");
      expect(said).toMatch(/^fail: /);
      expect(said).toContain(reason);
    });

    it("is not when fewer targets are there than the settings ask for, each of them healthy", async () => {
      reload({ services: { api: { port: 8080, instances: 3 }, web: { port: 3000 } } });
      const answer = cloud.answer("DescribeServices");
      cloud.answers("DescribeServices", (asked) => {
        const { services } = answer(asked) as { services: object[] };
        return { services: services.map((one) => ({ ...one, desiredCount: 3 })) };
      });
      expect(await judged("day/health")).toContain("fail: the live api is not healthy: blue has 2 of 3 targets");
    });

    it("is not asked where nothing serves yet", async () => {
      cloud.answers("DescribeLoadBalancers", { error: "LoadBalancerNotFound", message: "none" });
      expect(await judged("day/health")).toBe("not applicable: nothing serves yet, so there is nobody to ask");
      expect(await judged("infrastructure/capacity")).toBe("pass: api 2 of no serving, web 2 of no serving");
    });

    it("leaves out a service that this release makes", async () => {
      delete balancer.weights.web;
      const answer = cloud.answer("DescribeTargetHealth");
      cloud.answers("DescribeTargetHealth", (asked) =>
        String(asked.TargetGroupArn).includes("-web/") ? {} : answer(asked),
      );
      expect(await judged("day/health")).toBe("pass: all 2 instances of blue answer well, no alarm fires");
      // Else the version that serves would be judged once more.
      expect(await aws().serving()).toBe("blue");
    });

    it("is asked within a time limit, also while AWS is too busy and the client tries again", async () => {
      cloud.answers("DescribeRules", { error: "Throttling", message: "Rate exceeded" });
      await expect(aws(300).health()).rejects.toThrow("Asking AWS what serves took longer than");
      expect(cloud.operations()).toContain("DescribeRules");
    });
  });

  describe("which versions serve", () => {
    it("is told by the images of the tasks where users are, whatever the settings say serves", async () => {
      reload({ live: "green" });
      expect(await liveVersions(aws())).toEqual(["v1", "v1"]);
    });

    it("counts the candidate's instances against the tasks that serve", async () => {
      cloud.answers("ListTasks", ({ serviceName }) => ({
        taskArns: [1, 2, 3].map((at) => `task/${at}/${serviceName}`),
      }));
      expect(await judged("infrastructure/capacity")).toContain("api would have 2 where 3 are needed");
    });

    it("counts on what a service that scales is raised to before its switch, up to its most", async () => {
      const tasks = (count: number) =>
        cloud.answers("ListTasks", ({ serviceName }) => ({
          taskArns: Array.from({ length: count }, (_, at) => `task/${at}/${serviceName}`),
        }));
      const { api, web } = settings.aws.services;
      const scaling = { most: 4 };
      reload({ aws: { ...settings.aws, services: { api: { ...api, scaling }, web: { ...web, scaling } } } });
      tasks(4);
      expect(await judged("infrastructure/capacity")).toBe("pass: api 4 of 4 serving, web 4 of 4 serving");
      tasks(5);
      expect(await judged("infrastructure/capacity")).toContain("api would have 4 where 5 are needed");
    });

    it("is never guessed for an image that no manifest names", async () => {
      tasksRun(cloud, { blue: "v9", green: "v2" });
      await expect(liveVersions(aws())).rejects.toThrow(
        /what serves is not known: api in blue runs image sha256:9+, which no manifest names/,
      );
      expect(await judged("infrastructure/rollback")).toContain("fail: what serves is not known");
    });

    it("fails what rests on it when nobody may ask", async () => {
      cloud.answers("DescribeServices", { error: "AccessDeniedException", message: "not authorized" });
      for (const id of ["infrastructure/rollback", "infrastructure/capacity"]) {
        expect(await judged(id)).toContain("fail: AWS did not tell which tasks run");
      }
    });

    it("knows the side that serves, and nobody where it cannot be read", async () => {
      expect(await aws().serving()).toBe("blue");
      cloud.answers("DescribeRules", denied);
      expect(await aws().serving()).toBeUndefined();
    });
  });

  describe("which alarms there are", () => {
    function without(gone: string): void {
      alarms = inBlue.filter((name) => name !== gone);
    }

    it("finds those of the side that serves", async () => {
      expect(await aws().alarms()).toEqual({ armed: "armed", unwatched: [] });
    });

    it("names a service of which one is missing", async () => {
      without("prod-blue-web-p95");
      expect(await aws().alarms()).toEqual({ armed: "armed", unwatched: ["web"] });
      expect(await judged("anti-patterns/unwatched")).toContain("the alarms do not watch web");
    });

    it("says that none is armed without the one that decides, and not before the first deployment", async () => {
      without("prod-blue-no-go");
      expect(await judged("anti-patterns/unwatched")).toContain("fail: no threshold is armed");
      cloud.answers("DescribeLoadBalancers", { error: "LoadBalancerNotFound", message: "none" });
      expect(await aws().alarms()).toEqual({ armed: "not yet", unwatched: [] });
    });

    it("fails when nobody may ask", async () => {
      cloud.answers("DescribeAlarms", { error: "AccessDeniedException", message: "no" });
      expect(await judged("anti-patterns/unwatched")).toContain("fail: AWS did not tell the state of the alarms");
    });
  });

  describe("which snapshot is the newest", () => {
    const { migration: _, ...unmigrated } = database;
    const own = [{ Key: "greenlight:stack", Value: "prod" }];
    const snapshot = (name: string, at: string, more: object = {}) => ({
      DBSnapshotIdentifier: name,
      Status: "available",
      SnapshotCreateTime: at,
      TagList: own,
      ...more,
    });
    beforeEach(() => reload({ aws: { ...settings.aws, database: unmigrated } }));

    it("is the newest of the stack's own, with whether it is whole", async () => {
      cloud.answers("DescribeDBSnapshots", {
        DBSnapshots: [
          snapshot("before-v1", "2026-01-05T10:00:00Z"),
          snapshot("before-v2", "2026-01-06T10:00:00Z", { Status: "creating" }),
          snapshot("somebody-elses", "2026-01-07T10:00:00Z", { TagList: [] }),
        ],
      });
      expect(await aws().newestSnapshot()).toEqual({
        file: "before-v2",
        takenAt: "2026-01-06T10:00:00.000Z",
        whole: false,
      });
    });

    it("is none where none was taken, and unknown where nobody may ask", async () => {
      cloud.answers("DescribeDBSnapshots", { DBSnapshots: [] });
      expect(await aws().newestSnapshot()).toBeUndefined();
      cloud.answers("DescribeDBSnapshots", denied);
      await expect(aws().newestSnapshot()).rejects.toThrow("AWS did not tell the snapshots of shop-production");
    });
  });

  describe("a release that migrates", () => {
    beforeEach(() => {
      reload({ aws: { ...settings.aws, database } });
      project.write("migrations/001.sql", "ALTER TABLE users ADD COLUMN age integer;\n");
      project.write("releases/v3.yaml", migrating);
    });

    it("takes its snapshot in the update itself, and restores none", async () => {
      expect(await judged("database/backup")).toBe(
        "pass: a snapshot is taken in the update itself, before its migrations",
      );
    });

    it("is migrated by the team's own command, of which no lock timeout is known", async () => {
      const stack = stackOf();
      const manifest = readManifest(project.dir, "releases", "v3");
      const git = new Git(project.dir);
      const release = await releaseMigrations({ ...stack, manifest, git, journal: [], platform: aws() });
      expect(release).toMatchObject({
        live: { version: "v1" },
        pending: [{ name: "001.sql" }],
        runner: { applies: "file", lockTimeoutMs: 0 },
      });
    });
  });

  it("asks each question once for a whole checklist", async () => {
    await judged("day/health");
    const times = (operation: string) => cloud.operations().filter((it) => it === operation).length;
    expect([times("GetCallerIdentity"), times("DescribeRules"), times("DescribeServices")]).toEqual([1, 1, 4]);
  });
});
