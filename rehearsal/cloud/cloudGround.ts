import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DescribeServicesCommand } from "@aws-sdk/client-ecs";
import { DescribeDBSnapshotsCommand } from "@aws-sdk/client-rds";
import { databaseClient, ecsClient, loadBalancingClient } from "../../provider/aws/clients.ts";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { CountedMinutes } from "../../tools/aws/follower/countedMinutes.ts";
import { locate, type NamedService } from "../../tools/aws/follower/namedService.ts";
import { Follower } from "../../tools/aws/follower.ts";
import type { Simulator } from "../../tools/aws/simulator/simulator.ts";
import type { Images } from "../../tools/containerProcess.ts";
import { freePort } from "../../tools/freePort.ts";
import { type Ends, endAll } from "../followed/ends.ts";
import { FollowedGround, type ShopPorts } from "../followed/followedGround.ts";
import { freeShopPorts } from "../followed/freeShopPorts.ts";
import { partsIn } from "../followed/rehearseFollowed.ts";
import { ShopDatabase } from "../followed/shopDatabase.ts";
import { shopImages, shopServices } from "../followed/shopImages.ts";
import type { GroundSettings } from "../ground.ts";
import { makeCloudProject, prefix, region, usualLagMs } from "./cloudProject.ts";
import { environmentOf, openCloud } from "./playedCloud.ts";
import { credentials } from "./teamsOwn.ts";

interface Parts {
  readonly simulator: Simulator;
  readonly follower: Follower;
  readonly motoPid: number;
  readonly ports: ShopPorts;
  readonly database: ShopDatabase;
  /** Names and versions. */
  readonly moreTools: Readonly<Record<string, string>>;
}

/** A service with its names in the API. */
export const named = (service: string): NamedService => ({
  name: service,
  loadBalancer: prefix,
  groups: { blue: `${prefix}-blue-${service}`, green: `${prefix}-green-${service}` },
});

/**
 * What scenarios play on on AWS: a simulated API, the shop's processes as tasks, two Envoys as the load balancer's data plane, a PostgreSQL
 * in the place of RDS, and what the Envoys count as what CloudWatch tells.
 */
export class CloudGround extends FollowedGround {
  readonly ratePerSecond = 150;
  readonly usualLagMs = usualLagMs;
  readonly simulator: Simulator;
  readonly follower: Follower;
  readonly moreTools: Readonly<Record<string, string>>;
  readonly #motoPid: number;

  private constructor(settings: GroundSettings, parts: Parts, ends: Ends) {
    super(settings, parts, ends);
    this.simulator = parts.simulator;
    this.follower = parts.follower;
    this.moreTools = parts.moreTools;
    this.#motoPid = parts.motoPid;
  }

  /** Starts everything below the stack; nothing is deployed yet. What was started is ended when something does not start. */
  static async open(settings: GroundSettings): Promise<CloudGround> {
    const ends: Ends = [];
    try {
      const parts = await startParts(settings, ends);
      const env = environmentOf(parts.simulator);
      // The rehearsal asks the platform itself too.
      ends.push(takeOver(env));
      const limits = { commandMs: 15 * 60_000, scenarioMs: 20 * 60_000 };
      return new CloudGround({ ...settings, env: { ...settings.env, ...env }, limits }, parts, ends);
    } catch (error) {
      await endAll(ends);
      throw error;
    }
  }

  parts(): { readonly name: string; readonly pid: number }[] {
    return [
      { name: "simulated AWS", pid: this.#motoPid },
      ...this.simulator.ecs.pids.map((pid) => ({ name: "services", pid })),
    ];
  }

  async snapshots(): Promise<readonly string[]> {
    const asked = new DescribeDBSnapshotsCommand({ SnapshotType: "manual" });
    const { DBSnapshots: all = [] } = await databaseClient(region).send(asked);
    return all.map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier ?? "");
  }

  async instances(service: string): Promise<Readonly<Record<EnvironmentName, number>>> {
    const names = environmentNames.map((side) => `${prefix}-${side}-${service}`);
    const asked = new DescribeServicesCommand({ cluster: prefix, services: names });
    const { services = [] } = await ecsClient(region).send(asked);
    const of = (side: EnvironmentName) =>
      services.find(({ serviceName }) => serviceName === `${prefix}-${side}-${service}`)?.desiredCount ?? 0;
    return { blue: of("blue"), green: of("green") };
  }

  /** A service's rule and target groups by their ARNs. @throws Problem where users are not led yet */
  async ruleOf(service: string): Promise<{ readonly rule: string; readonly groups: Record<EnvironmentName, string> }> {
    const found = await locate(loadBalancingClient(region), named(service));
    if (found?.ruleArn === undefined) throw new Problem({ happened: `No rule leads users of ${service}.` });
    return { rule: found.ruleArn, groups: found.groups };
  }

  /** The alarm that takes a side for a no-go fires, or is quiet again; what is called with it has ended. */
  async alarm(side: EnvironmentName, state: "OK" | "ALARM"): Promise<void> {
    await this.simulator.setAlarm(`${prefix}-${side}-no-go`, state, "ordered by the rehearsal", region);
    await this.simulator.functions.idle();
  }
}

async function startParts({ places, tools, signal, say }: GroundSettings, ends: Ends): Promise<Parts> {
  const home = partsIn(places);
  mkdirSync(home, { recursive: true });
  const ports = await freeShopPorts();
  const database = await ShopDatabase.start(join(home, "database"), await freePort(), signal, ends);
  // What there is to pull is known when the project is made, which needs the network first.
  let images: Images = () => undefined;
  const cloud = await openCloud({ signal, say, images: (...asked) => images(...asked) });
  ends.push(() => cloud.close());
  const { simulator, teams } = cloud;
  const versions = makeCloudProject(places, { ...teams, ports });
  const at = (port: number) => `http://127.0.0.1:${port}`;
  images = shopImages({
    project: places.project,
    versions,
    databaseUrl: database.url,
    api: { blue: at(ports.api.blue), green: at(ports.api.green) },
  });
  const follower = await Follower.start({
    endpoint: simulator.endpoint,
    region,
    credentials,
    envoy: tools.envoy.path,
    folder: join(home, "envoys"),
    services: shopServices.map((service) => ({
      ...named(service),
      ports: [ports.users[service]],
      tests: ports[service],
    })),
    delayMs: usualLagMs,
    everyMs: 500,
    changes: simulator.changes,
  });
  ends.push(() => follower.stop());
  const counted = new CountedMinutes(follower.admins);
  ends.push(() => counted.stop());
  for (const service of shopServices) {
    for (const side of environmentNames) {
      simulator.figures.measure(`${prefix}-${side}-${service}`, (minute) => counted.of(service, side, minute));
    }
  }
  // Nobody measures the database that stands there for RDS.
  simulator.figures.order(teams.database, { DatabaseConnections: 12, CPUUtilization: 20 });
  return { simulator, follower, motoPid: cloud.pid, ports, database, moreTools: { moto: cloud.version } };
}

/** Sets variables of this process. @returns what puts back those that were there */
function takeOver(variables: Readonly<Record<string, string>>): () => Promise<void> {
  const names = [...Object.keys(variables), "AWS_PROFILE", "AWS_SESSION_TOKEN"];
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) delete process.env[name];
  Object.assign(process.env, variables);
  return async () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
