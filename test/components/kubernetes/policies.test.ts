import { beforeAll, describe, expect, it } from "vitest";
import { policies } from "../../../policies/stack-safety/policies.ts";
import { snapshotBeforeMigration } from "../../../policies/stack-safety/snapshot-before-migration.ts";
import { thresholdsArmed } from "../../../policies/stack-safety/thresholds-armed.ts";
import { weightsSum } from "../../../policies/stack-safety/weights-sum.ts";
import { judge, judgeStack } from "../../policies/judging.ts";
import type { Recorded } from "../recorded.ts";
import { breaches, seenByPolicies as seen } from "../seenByPolicies.ts";
import { manifest, stack } from "./shop.ts";

describe("the stack on Kubernetes, by the policy pack stack-safety", () => {
  const migrated = { tool: "sql", directory: "/project/migrations" } as const;
  const migration = { service: "api", command: ["npx", "migrate"], verify: ["npx", "status"], prints: "up to date" };
  let resources: Recorded[];
  beforeAll(async () => {
    const kubernetes = {
      gateway: { name: "public" },
      services: { api: { hosts: ["api.example"] }, web: { hosts: ["web.example"] } },
      database: { claim: "data-postgres-0", migration },
    };
    const manifests = { blue: manifest("v1", migrated), green: manifest("v2", migrated) };
    resources = (await stack(manifests, { kubernetes, share: "10" })).resources;
  });

  it.each(policies.filter((it) => it !== thresholdsArmed).map((it) => [it.name, it] as const))(
    "breaks none of its rules: %s",
    (_, policy) => {
      expect(breaches(policy, resources)).toEqual([]);
    },
  );

  it("breaks the rule of alarms while it names no alert, and is told so", async () => {
    expect(judgeStack(thresholdsArmed, seen(resources))).toEqual([
      expect.stringContaining("No alarm would ever fire for api, web"),
    ]);
    const prometheus = { url: "https://prometheus.example", ingress: "nginx", alerts: ["ShopFails"] };
    const heard = await stack({ blue: manifest("v1"), green: manifest("v2") }, { kubernetes: { prometheus } });
    expect(judgeStack(thresholdsArmed, seen(heard.resources))).toEqual([]);
  });

  it("takes a dump for a snapshot", async () => {
    const dump = { image: `postgres:17@sha256:${"a".repeat(64)}`, claim: "backups", secret: "shop-backup" };
    const kubernetes = { database: { dump, migration } };
    const dumped = await stack({ blue: manifest("v1", migrated) }, { kubernetes });
    expect(breaches(snapshotBeforeMigration, dumped.resources)).toEqual([]);
    const without = dumped.resources.filter(({ type }) => !/Dump/.test(type));
    expect(judgeStack(snapshotBeforeMigration, seen(without))).toHaveLength(1);
  });

  it("would break them with migrations that wait for no snapshot, or shares that do not sum to 100", () => {
    const without = seen(resources.filter(({ type }) => !/VolumeSnapshot|BackupSnapshot/.test(type)));
    expect(judgeStack(snapshotBeforeMigration, without)).toHaveLength(2);
    const shares = { weights: { blue: 90, green: 20 } };
    expect(judge(weightsSum, "greenlight:kubernetes:SwitchGate", shares)).toEqual([
      expect.stringContaining("sum to 110"),
    ]);
  });
});
