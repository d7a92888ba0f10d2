import { expect } from "vitest";
import { drillSnapshotCommand } from "../../cli/commands/drillSnapshot.ts";
import { openContext } from "../../cli/context.ts";
import { JournalFile } from "../../cli/journal/journalFile.ts";
import { database, settings } from "../components/aws/shop.ts";
import { Balancer } from "../provider/aws/balancer.ts";
import { Cloud } from "../provider/aws/cloud.ts";
import { awsProject, tasksRun } from "./awsStack.ts";
import type { Project } from "./project.ts";
import { Told } from "./told.ts";

const make = { Engine: "postgres", EngineVersion: "16.3", AllocatedStorage: 20 };

export const withDatabase = (it: object) => ({ ...settings.aws, gates: { interval: "100ms" }, database: it });
const tagsOf = (tags: Record<string, string>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Tags of what the drill of a snapshot makes. */
export const drillTags = (from: string, stack = "prod") =>
  tagsOf({ "greenlight:stack": stack, "greenlight:drill": from });

/** An RDS instance as AWS tells it. */
export const instance = (name: string, more: object = {}) => ({
  ...{ DBInstanceIdentifier: name, DBInstanceStatus: "available", DBInstanceClass: "db.t4g.medium", ...make },
  ...{ StorageEncrypted: true, DBName: "shop", PubliclyAccessible: false, MultiAZ: false, DeletionProtection: false },
  ...{ BackupRetentionPeriod: 0, DBSubnetGroup: { DBSubnetGroupName: "inside" } },
  VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-9a1b2c3d" }],
  Endpoint: { Address: `${name}.rds.example`, Port: 5432 },
  ...more,
});

/** The snapshot from before a version. */
export const snapshot = (number: number, Status = "available", stack = "prod") => ({
  ...{ DBSnapshotIdentifier: `before-v${number}-prod`, Status, ...make, Encrypted: true },
  SnapshotCreateTime: `2026-03-0${number}T10:00:00Z`,
  TagList: tagsOf({ "greenlight:stack": stack, "greenlight:release": `v${number}` }),
});

/** The account of a stack `prod` that serves v2 in green, with v1 in blue, whose databases a test tells; and the command. */
export class DrillAccount {
  readonly cloud: Cloud;
  readonly told = new Told();
  project: Project;
  /** Instances that are there, by name. */
  there: Record<string, object> = {};
  /** What a task prints that asks a database. */
  printed: string[] = [];
  /** Family of which no definition is active. */
  undeployed: string | undefined;

  private constructor(cloud: Cloud) {
    this.cloud = cloud;
    this.project = awsProject("green", { aws: withDatabase(database) });
  }

  static async start(): Promise<DrillAccount> {
    const account = new DrillAccount(await Cloud.start());
    new Balancer(account.cloud, "green");
    tasksRun(account.cloud, { blue: "v1", green: "v2" });
    account.cloud.answers("GetCallerIdentity", { Account: "123456789012" });
    account.#instances();
    account.#tasks();
    return account;
  }

  #instances(): void {
    this.cloud.answers("DescribeDBInstances", ({ DBInstanceIdentifier: name }) => {
      if (name === undefined) return { DBInstances: Object.values(this.there) };
      const it = this.there[String(name)];
      return it === undefined ? { error: "DBInstanceNotFound" } : { DBInstances: [it] };
    });
    this.cloud.answers("DeleteDBInstance", ({ DBInstanceIdentifier: name }) => {
      delete this.there[String(name)];
      return {};
    });
  }

  /** Services are where tasks can be started, and one task answers for the database that it is told of. */
  #tasks(): void {
    const { cloud } = this;
    const versions = cloud.answer("DescribeServices");
    cloud.answers("DescribeServices", (asked) => {
      const awsvpcConfiguration = { subnets: ["subnet-0a1b2c3d"], securityGroups: ["sg-1a1b2c3d"] };
      const { services } = versions(asked) as { services: { serviceName: string }[] };
      return {
        services: services.map((it) => ({
          ...it,
          networkConfiguration: { awsvpcConfiguration },
        })),
      };
    });
    cloud.answers("DescribeTaskDefinition", ({ taskDefinition: family }) =>
      this.undeployed === family
        ? { error: "ClientException", message: "Unable to describe task definition." }
        : { taskDefinition: { taskDefinitionArn: `arn:definition/${family}:7`, status: "ACTIVE" } },
    );
    const running = cloud.answer("DescribeTasks");
    cloud.answers("RunTask", () => ({ tasks: [{ taskArn: "arn:task/prod/1" }] }));
    cloud.answers("DescribeTasks", (asked) =>
      String(asked.tasks) === "arn:task/prod/1"
        ? { tasks: [{ lastStatus: "STOPPED", containers: [{ name: "migration", exitCode: 0 }] }] }
        : running(asked),
    );
    cloud.answers("GetLogEvents", ({ nextToken }) => ({
      events: (nextToken === undefined ? this.printed : []).map((message) => ({ message })),
      nextForwardToken: "end",
    }));
  }

  async end(): Promise<void> {
    this.project.remove();
    await this.cloud.end();
  }

  /** Another project in place of the one that is there. */
  replace(project: Project): void {
    this.project.remove();
    this.project = project;
  }

  #options(more: object = {}) {
    return {
      ...{ project: this.project.dir, json: true, yes: true, keep: false, remove: false, deadlineMs: 5_000 },
      ...more,
    };
  }

  drill(more?: object) {
    return drillSnapshotCommand(this.#options(more), this.told, new AbortController().signal);
  }

  /** The error that it ends with. */
  failed(more?: object): Promise<unknown> {
    return this.drill(more).then(
      () => expect.fail("it did not fail"),
      (error: unknown) => error,
    );
  }

  inputs(wanted: string) {
    return this.cloud.asked.filter(({ operation }) => operation === wanted).map(({ input }) => input);
  }

  journal() {
    return new JournalFile(openContext(this.#options())).read().records;
  }
}
