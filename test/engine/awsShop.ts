import { CreateSecurityGroupCommand, EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs";
import { CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { expect } from "vitest";
import { stringify } from "yaml";
import type { EnvironmentName } from "../../release/environment.ts";
import type { World } from "../tools/aws/world.ts";
import type { Config, Project } from "./project.ts";
import { greenlightIn, image, openOnSimulatedAws, ruleOf, sharesOf, smokeOf } from "./simulatedAws.ts";

const versions = ["v1", "v2", "v3", "v4"];

export const toBlue = { api: [100, 0], web: [100, 0] };
export const toGreen = { api: [0, 100], web: [0, 100] };

/** All that an update changes which moves traffic and nothing else, in the order of the alphabet. */
export const changesOfTraffic = [
  "update Dashboard dashboard",
  "update ListenerRule traffic-api",
  "update ListenerRule traffic-web",
  "update Release release",
  "update SwitchGate traffic-gate",
  "update TrafficReadBack traffic-read-back",
];

/** A production stack of two services and a database on a simulated AWS of its own: real requests, tasks that run, health that is asked. */
export class AwsShop {
  readonly world: World;
  readonly project: Project;

  private constructor(world: World, project: Project) {
    this.world = world;
    this.project = project;
  }

  /**
   * @param more settings laid over those of the shop
   * @param ofWeb what aws.services.web has besides
   * @param ofApi what aws.services.api has besides
   * @param ofMigration what aws.database.migration has besides
   */
  static async open(
    more: Record<string, unknown> = {},
    ofWeb: Record<string, unknown> = {},
    ofApi: Record<string, unknown> = {},
    ofMigration: Record<string, unknown> = {},
  ): Promise<AwsShop> {
    const { world, project } = await openOnSimulatedAws({
      services: ["api", "web"],
      versions,
      settings: async (cloud, aws, vpcId) => ({
        ...(await settingsIn(cloud, aws, vpcId, { ofWeb, ofApi, ofMigration })),
        ...more,
      }),
    });
    await project.write("migrations/001.sql", "select 1;\n");
    const shop = new AwsShop(world, project);
    for (const version of versions) await shop.writeManifest(version);
    return shop;
  }

  async close(): Promise<void> {
    await this.project.remove();
    await this.world.stop();
  }

  /** @param env more variables of the service api */
  async writeManifest(version: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.project.write(`releases/${version}.yaml`, stringify(manifest(version, env)));
  }

  async succeed(operation: "up" | "preview" | "refresh", ...args: string[]) {
    const ran = await this.project.run(operation, ...args);
    expect(ran.exitCode, ran.text).toBe(0);
    return ran;
  }

  /** An update that must fail; what it said, in one line. */
  async refused(): Promise<string> {
    const ran = await this.project.run("up", "--skip-preview");
    expect(ran.exitCode, ran.text).not.toBe(0);
    return ran.text.replace(/\s+/g, " ");
  }

  /** Runs the command as a person's shell would; its JSON, its progress, its exit code. */
  greenlight(args: readonly string[], env: Record<string, string> = {}) {
    return greenlightIn(this.project, args, env);
  }

  /** Begins the command, for one that does not live to see its end. */
  begin(args: readonly string[], env: Record<string, string> = {}) {
    return this.project.greenlight([...args, "--json"], env);
  }

  /** What CloudWatch says of one side's traffic from now on: so many errors in 600 requests a minute of each service. */
  traffic(environment: EnvironmentName, errors: number): void {
    const { figures } = this.world.simulator;
    for (const service of ["api", "web"]) {
      figures.order(`shop-${environment}-${service}`, {
        RequestCount: 600,
        HTTPCode_Target_5XX_Count: errors,
        TargetResponseTime: 0.12,
      });
    }
    figures.order("shop-production", { DatabaseConnections: 12, CPUUtilization: 20 });
  }

  /** Weights of blue and green, by service, as the rules of the users' listener have them. */
  async weights(): Promise<Record<string, [number, number]>> {
    const found: Record<string, [number, number]> = {};
    for (const service of ["api", "web"]) found[service] = await sharesOf(this.world, this.project, service);
    return found;
  }

  /** ARNs of all tasks that run, of both environments. */
  async tasks(): Promise<string[]> {
    const ecs = new ECSClient(this.world.client);
    const names = ["blue", "green"].flatMap((side) => [`shop-${side}-api`, `shop-${side}-web`]);
    const all = names.map((serviceName) => ecs.send(new ListTasksCommand({ cluster: "shop", serviceName })));
    return (await Promise.all(all)).flatMap(({ taskArns = [] }) => taskArns).sort();
  }

  ruleOf(service: string) {
    return ruleOf(this.world, this.project, service);
  }
}

function manifest(version: string, env: Readonly<Record<string, string>>) {
  return {
    version,
    services: {
      api: { image: image("api", version), env: { VERSION: version, ...env } },
      web: { image: image("web", version) },
    },
    database: {
      tool: "command",
      directory: "migrations",
      command: ["migrate", "deploy"],
      verify: { sql: "select 1", expect: "1" },
    },
    smoke: smokeOf(version),
  };
}

/** The team's own network, database and certificate, and the settings that name them. */
async function settingsIn(
  world: World,
  aws: Config,
  vpcId: string,
  { ofWeb, ofApi, ofMigration }: Readonly<Record<"ofWeb" | "ofApi" | "ofMigration", Record<string, unknown>>>,
): Promise<Config> {
  const { GroupId: securityGroup } = await new EC2Client(world.client).send(
    new CreateSecurityGroupCommand({ GroupName: "database", Description: "The team's own", VpcId: vpcId }),
  );
  await new RDSClient(world.client).send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: "shop-production",
      DBInstanceClass: "db.t4g.micro",
      Engine: "postgres",
      MasterUsername: "shop",
      MasterUserPassword: "only for this test",
      AllocatedStorage: 20,
    }),
  );
  const service = { instances: 2, drain: "1s", start: "1s" };
  return {
    services: { api: { port: 8080, ...service }, web: { port: 8081, ...service } },
    aws: {
      ...aws,
      services: {
        api: { hosts: ["shop.example"], paths: ["/api/*"], priority: 10, ...ofApi },
        web: { hosts: ["shop.example"], priority: 20, ...ofWeb },
      },
      database: {
        instance: "shop-production",
        securityGroup,
        migration: {
          service: "api",
          command: ["migrate", "deploy"],
          verify: ["status"],
          prints: "Database schema is up to date",
          ...ofMigration,
        },
      },
      gates: { successes: 2, interval: "100ms", deadline: "60s" },
    },
  };
}
