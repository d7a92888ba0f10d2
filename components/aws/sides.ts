import type { Settings } from "../../config.ts";
import { instancesIn } from "../../project/instances.ts";
import type { ProjectManifest } from "../../project/readManifest.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import type * as pulumi from "../pulumi.ts";
import { noGoAlarm } from "./alarmRules.ts";
import { AlarmsQuiet } from "./alarmsQuiet.ts";
import type { Database } from "./database.ts";
import { Environment } from "./environment.ts";
import type { Ground } from "./ground.ts";
import type { Network } from "./network.ts";
import { prepareDatabase } from "./preparation.ts";
import { testAddressesOf } from "./serving.ts";
import type { AwsSettings } from "./settings.ts";
import { isStopped } from "./stopped.ts";
import { TargetGroups } from "./targetGroups.ts";

/** What the parts of a stack are made from. */
export interface AwsPlan {
  readonly settings: Settings;
  readonly aws: AwsSettings;
  /** What every name begins with. */
  readonly prefix: string;
  /** Tags of what our own provider makes. */
  readonly tags: Readonly<Record<string, string>>;
  readonly cluster: pulumi.Output<string>;
  readonly clusterName: pulumi.Output<string>;
  readonly ground: Ground;
  readonly network: Network;
  /** The database, where the stack makes it. */
  readonly database?: Database;
  /** For a smoke test's log, absolute. */
  readonly dir: string;
  readonly options: (...after: pulumi.Resource[]) => pulumi.ComponentResourceOptions;
}

/** Where an environment is reached, also while it is empty. */
export function targetGroupsOf(plan: AwsPlan, environment: EnvironmentName, testListener: pulumi.Output<string>) {
  const { aws, settings, prefix } = plan;
  return new TargetGroups(
    `${environment}-targets`,
    {
      stack: prefix,
      vpc: plan.ground.vpc,
      environment,
      testListener,
      services: Object.fromEntries(
        Object.entries(settings.services).map(([service, { health, drain }]) => {
          const { hosts = [], paths, priority = 0 } = aws.services[service] ?? {};
          return [
            service,
            {
              hosts,
              ...(paths === undefined ? {} : { paths }),
              priority,
              health: { path: health.path, status: health.status },
              drainSeconds: drain / 1_000,
            },
          ];
        }),
      ),
    },
    plan.options(),
  );
}

/** No alarm of what serves fires before a version is begun. */
export function quietBefore(
  { aws, prefix, options }: AwsPlan,
  environment: EnvironmentName,
  { manifest }: ProjectManifest,
  listener: pulumi.Output<string>,
  { blue, green }: Record<EnvironmentName, TargetGroups>,
  environments: readonly Environment[],
): AlarmsQuiet {
  return new AlarmsQuiet(
    `${environment}-quiet`,
    {
      region: aws.region,
      environment,
      version: manifest.version,
      listener,
      targetGroups: { blue: blue.arns, green: green.arns },
      alarms: { blue: noGoAlarm(prefix, "blue"), green: noGoAlarm(prefix, "green") },
      prefix,
      intervalMs: aws.gates.interval,
      deadlineMs: aws.gates.deadline,
    },
    options(blue, green, ...environments),
  );
}

/** An environment with a version, with what must be done before it takes it. */
export function environmentOf(
  plan: AwsPlan,
  name: EnvironmentName,
  it: ProjectManifest,
  targets: TargetGroups,
  before: readonly pulumi.Resource[],
): Environment {
  const { aws, settings, prefix, dir } = plan;
  const { manifest } = it;
  const prepared = prepareDatabase(plan, name, it, before);
  return new Environment(
    name,
    {
      stack: prefix,
      account: aws.account,
      region: aws.region,
      environment: name,
      version: manifest.version,
      cluster: plan.cluster,
      clusterName: plan.clusterName,
      subnets: plan.ground.tasks,
      securityGroup: plan.network.taskGroup,
      services: Object.fromEntries(
        Object.entries(manifest.services)
          .filter(([service]) => Object.hasOwn(settings.services, service))
          .map(([service, stated]) => {
            const set = settings.services[service];
            const own = aws.services[service];
            return [
              service,
              {
                image: stated.image ?? "",
                port: set?.port ?? 0,
                env: { ...stated.env },
                secrets: { ...own?.secrets },
                tasks: isStopped(name, settings) ? 0 : instancesIn(name, service, settings),
                ...(own?.scaling === undefined ? {} : { scaling: own.scaling }),
                cpu: own?.cpu ?? 256,
                memory: own?.memory ?? 512,
                architecture: own?.architecture ?? "X86_64",
                ...databaseFor(plan, service),
                ...(own?.taskRole === undefined ? {} : { taskRole: own.taskRole }),
                drainSeconds: (set?.drain ?? 0) / 1_000,
                startSeconds: (set?.start ?? 0) / 1_000,
              },
            ];
          }),
      ),
      targetGroups: targets.arns,
      addresses: testAddressesOf(aws, name),
      stopped: isStopped(name, settings),
      keepLogs: aws.logs,
      gates: {
        successes: aws.gates.successes,
        intervalMs: aws.gates.interval,
        deadlineMs: aws.gates.deadline,
      },
      smoke: {
        command: [...manifest.smoke.command],
        directory: manifest.smoke.directory,
        env: { ...manifest.smoke.env },
        timeoutMs: manifest.smoke.timeout,
        logFile: `${dir}/logs/${name}-smoke.log`,
      },
    },
    plan.options(...before, ...prepared),
  );
}

/** The database of the stack's own, for tasks of a service that asks for it. */
export function databaseFor({ aws, database }: AwsPlan, service: string): { database?: Database } {
  return database !== undefined && aws.services[service]?.database === true ? { database } : {};
}
