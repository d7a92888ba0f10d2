import { describe, expect, it } from "vitest";
import { readSettings } from "../../../config.ts";
import { config, database, existing, faultsOf as faults, settings } from "./shop.ts";

const { api, web } = settings.aws.services;
const { create } = settings.aws.loadBalancer;

describe("the settings of a stack on AWS", () => {
  it("are the team's own identifiers, and defaults for the rest", () => {
    const { aws } = readSettings(config(settings));
    expect(aws).toMatchObject({
      logs: 30,
      tags: {},
      gates: { successes: 3, interval: 5_000, deadline: 900_000 },
      alarms: { databaseCpu: 90, databaseStorage: 10 },
      services: { api: { cpu: 256, memory: 512, architecture: "X86_64", secrets: {} } },
    });
  });

  it("give a candidate a share of users' requests, where there is one", () => {
    const canary = { strategy: { kind: "canary", canary: { stages: [10, 50, 100], bake: "10m" } } };
    expect(faults({ ...canary, share: "10", blue: "v1", green: "v2" })).toEqual([]);
    const sticky = (duration: string) => faults({ strategy: { kind: "canary", canary: { sticky: duration } } });
    expect(sticky("1h")).toEqual([]);
    for (const [said, ms] of [
      ["1500ms", 1_500],
      ["169h", 608_400_000],
    ] as const) {
      expect(sticky(said)).toEqual([
        `greenlight:strategy.canary.sticky is ${ms} ms; on aws expected whole seconds, at most 168h`,
      ]);
    }
    expect(faults({ share: "10", blue: "v1" })).toEqual([
      "greenlight:share is 10, but greenlight:green has no version that could get it",
    ]);
  });

  const testers = { header: "x-environment" };
  const tested = (apiFirst: number | undefined, webFirst: number | undefined, more: object = {}) =>
    faults({
      testers,
      aws: {
        services: { api: { ...api, testersPriority: apiFirst, ...more }, web: { ...web, testersPriority: webFirst } },
      },
    });

  it("let testers in at places of the listener that are theirs", () => {
    expect(tested(8, 18)).toEqual([]);
    expect(tested(1, 11)).toEqual([]);
  });

  it.each([
    [undefined, 18, "api.testersPriority is missing; expected the first of two places below 10 that no other rule"],
    [9, 18, "api.testersPriority is 9; expected at most 8: both of its places are asked before"],
    [8, 10, "web.testersPriority is 10, which greenlight:aws.services.api.priority has already"],
    [8, 19, "web.testersPriority is 19; expected at most 18"],
    [4, 3, "web.testersPriority is 4 for green, after 3 for blue, which"],
    [4, 5, "web.testersPriority is 5, which greenlight:aws.services.api.testersPriority has already"],
    [8, 5, "web.testersPriority is 5, before api with 10, which has a host in common: its testers would reach web"],
  ])("refuse places %s and %s for testers: %s", (apiFirst, webFirst, says) => {
    expect(tested(apiFirst, webFirst)).toContainEqual(expect.stringContaining(`greenlight:aws.services.${says}`));
  });

  it("refuse what no rule for testers could ask, and places for nobody", () => {
    const paths = ["/a", "/b", "/c"];
    const hosts = ["a.example", "b.example"];
    expect(tested(8, 18, { hosts, paths })).toEqual([
      "greenlight:aws.services.api has 2 hosts and 3 paths and the header of testers; a rule takes five together",
    ]);
    const services = { api: { ...api, testersPriority: 8 }, web };
    expect(faults({ aws: { services } })).toEqual([
      "greenlight:aws.services.api.testersPriority is a place for testers' rules, and greenlight:testers names no header: name it, or leave this out",
    ]);
    expect(tested(undefined, 18, { priority: 2 })).toEqual([
      "greenlight:aws.services.api.priority is 2, which leaves no two places before it for greenlight:testers: give it a higher one",
    ]);
    const long = { services: { api: { ...api, testersPriority: 8 }, web: { ...web, testersPriority: 18 } } };
    expect(faults({ testers: { header: "x".repeat(41) }, aws: long })).toEqual([
      "greenlight:testers.header has 41 characters; on aws a rule takes at most 40",
    ]);
  });

  it("let nobody in whom they do not name", () => {
    const { subnets, certificate } = create;
    const { aws } = readSettings(
      config({ ...settings, aws: { ...settings.aws, loadBalancer: { create: { subnets, certificate } } } }),
    );
    expect(aws?.loadBalancer.create).toMatchObject({ public: [], tests: [], internal: false });
  });

  it("take what a team already has", () => {
    expect(
      faults({
        aws: {
          loadBalancer: { existing },
          cluster: "arn:aws:ecs:eu-central-1:123456789012:cluster/shared",
          alarms: { topic: "arn:aws:sns:eu-central-1:123456789012:on-call" },
          database,
        },
      }),
    ).toEqual([]);
  });

  it.each(["mandatory", "advisory", "none"])("have a checklist of level %s", (level) => {
    expect(faults({ checklist: { level } })).toEqual([]);
  });

  it("must be there as a group on this platform, and nowhere else", () => {
    const { aws: _, ...without } = settings;
    expect(() => readSettings(config(without))).toThrow("greenlight:aws is missing; expected a group of keys");
    const { checklist: __, ...local } = { ...settings, platform: "local" };
    expect(() => readSettings(config(local))).toThrow(
      "greenlight:aws is a setting of the platform aws; greenlight:platform is local",
    );
  });
});

describe("what is not offered on AWS yet is refused by name", () => {
  it.each([
    ["backup", { backup: { keep: 3 } }, "greenlight:backup is a setting of the local platform"],
    ["gates", { gates: { successes: 2 } }, "greenlight:gates is a setting of the local platform: aws.gates"],
    ["ports", { ports: "21000" }, "greenlight:ports is a setting of the local platform"],
    ["listen", { listen: "0.0.0.0" }, "greenlight:listen is a setting of the local platform: aws.loadBalancer"],
    [
      "database",
      { database: { name: "shop" } },
      "greenlight:database is a setting of the local platform: aws.database",
    ],
    [
      "a health answer's body",
      { services: { api: { port: 8080, health: { body: "ok" } }, web: { port: 3000 } } },
      "greenlight:services.api.health.body is not offered on aws yet",
    ],
  ])("%s", (_, changed, expected) => {
    const found = faults(changed as Record<string, unknown>);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });
});

describe("a rolling release on AWS", () => {
  it("is offered, with the share of the traffic saying how many tasks run", () => {
    const strategy = { kind: "rolling" };
    expect(faults({ strategy, share: "50", room: "0", blue: "v1", green: "v2" })).toEqual([]);
  });

  it("has no tasks by load, and nobody who gives everything at once to a side that runs few", () => {
    const own = { services: { api, web: { ...web, scaling: { most: 9 } } }, rollback: { for: "30m" } };
    expect(faults({ strategy: { kind: "rolling" }, aws: own })).toEqual([
      "greenlight:aws.services.web.scaling is not offered with greenlight:strategy.kind rolling: there the share of the traffic says how many tasks run",
      "greenlight:aws.rollback is not offered with greenlight:strategy.kind rolling: it would give all traffic at once to a side that runs few tasks",
    ]);
  });
});

describe("settings that contradict each other", () => {
  it.each([
    ["a service that AWS knows nothing of", { services: { api } }, "greenlight:aws.services.web is missing"],
    ["a service that is none", { services: { api, web, cart: web } }, "greenlight:aws.services.cart is no service"],
    [
      "one priority twice",
      { services: { api, web: { ...web, priority: 10 } } },
      "greenlight:aws.services.web.priority is 10, which greenlight:aws.services.api.priority has already",
    ],
    [
      "a size that Fargate does not have",
      { services: { api: { ...api, cpu: 512, memory: 512 }, web } },
      "greenlight:aws.services.api: memory is 512; with cpu 512 Fargate offers 1024 to 4096",
    ],
    [
      "fewer tasks at the most than at the least",
      { services: { api, web: { ...web, scaling: { most: 2 } } } },
      "greenlight:aws.services.web.scaling.most is 2, less than the 3 instances",
    ],
    [
      "more conditions than a rule takes",
      {
        services: { api: { ...api, hosts: ["a.example", "b.example", "c.example"], paths: ["/a", "/b", "/c"] }, web },
      },
      "greenlight:aws.services.api has 3 hosts and 3 paths; a rule takes five together",
    ],
    [
      "a certificate of another region",
      { loadBalancer: { create: { ...create, certificate: create.certificate.replace("eu-central-1", "us-east-1") } } },
      "greenlight:aws.loadBalancer.create.certificate is in us-east-1; expected eu-central-1",
    ],
    [
      "a listener for two purposes",
      { loadBalancer: { existing: { ...existing, blue: { listener: existing.listener, port: 443 } } } },
      "names a listener twice",
    ],
    [
      "a load balancer made and there already",
      { loadBalancer: { create, existing } },
      "greenlight:aws.loadBalancer is a group of keys; expected either create or existing, not both",
    ],
    ["no load balancer", { loadBalancer: {} }, "expected either create or existing, not both"],
    ["one subnet", { subnets: ["subnet-0a1b2c3d"] }, "expected a list of at least two subnets' ids"],
    [
      "a database by two names",
      { database: { ...database, cluster: "shop" } },
      "expected exactly one of instance, cluster and create",
    ],
    [
      "a migration by no service",
      { database: { ...database, migration: { ...database.migration, service: "worker" } } },
      'greenlight:aws.database.migration.service is "worker"; expected one of api, web',
    ],
    [
      "a way back that is believed by what the migration is",
      {
        database: {
          ...database,
          migration: {
            ...database.migration,
            rollback: { command: ["npm", "run", "back"], prints: database.migration.prints },
          },
        },
      },
      "greenlight:aws.database.migration.rollback.prints is what greenlight:aws.database.migration.prints is, of the same question",
    ],
    ["an account as a number", { account: 123456789012 }, "expected the 12 digits of an account, in quotes"],
    ["a host with *", { services: { api: { ...api, hosts: ["*.shop.example"] }, web } }, "without *"],
  ])("%s", (_, aws, expected) => {
    expect(faults({ aws }).join("\n")).toContain(expected);
  });

  it.each([
    ["errorFor", "90s", "greenlight:thresholds.errorFor is 90000 ms; on aws expected whole minutes"],
    ["p95For", "25h", "greenlight:thresholds.p95For is 90000000 ms; on aws expected whole minutes, at most 24h"],
  ])("a threshold that CloudWatch has no period for: %s %s", (key, value, expected) => {
    expect(faults({ thresholds: { [key]: value } }).join("\n")).toContain(expected);
  });

  it("a time to drain that a load balancer does not know", () => {
    const services = { ...settings.services, api: { port: 8080, drain: "1500ms" } };
    expect(faults({ services })).toEqual([
      "greenlight:services.api.drain is 1500 ms; on aws expected whole seconds, at most 1h",
    ]);
  });
});
