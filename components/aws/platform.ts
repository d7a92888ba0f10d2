import { join, resolve } from "node:path";
import { type Settings, thresholdsOf } from "../../config.ts";
import type { ProjectManifest } from "../../project/readManifest.ts";
import { type EnvironmentName, environmentNames, other, weightsFor } from "../../release/environment.ts";
import type { GateProof } from "../../release/gateProof.ts";
import type { StackArgs } from "../platforms.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { loadBalancerOf } from "./arn.ts";
import { Dashboard } from "./dashboard.ts";
import { Environment } from "./environment.ts";
import { addressOf, listenerPorts } from "./forwarding.ts";
import { LoadBalancer } from "./loadBalancer.ts";
import { Network } from "./network.ts";
import { physicalName } from "./physicalName.ts";
import { prepareDatabase } from "./preparation.ts";
import { ReleaseAlarms } from "./releaseAlarms.ts";
import { AwsProvider, AwsResource } from "./resource.ts";
import { namePrefix, servingFactsOf } from "./serving.ts";
import type { AwsSettings } from "./settings.ts";
import { TargetGroups } from "./targetGroups.ts";
import { TrafficSwitch } from "./trafficSwitch.ts";

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
  readonly network: Network;
  /** For a smoke test's log, absolute. */
  readonly dir: string;
  readonly options: (...after: pulumi.Resource[]) => pulumi.ComponentResourceOptions;
}

/**
 * The whole stack on AWS, in the order of its dependencies: release, then snapshot, migration, tasks, what runs, health and smoke of
 * each environment, then the gate of the switch, the rules and their reading back, then alarms and dashboard.
 */
export function deployAws(args: StackArgs): Record<string, pulumi.Input<unknown>> {
  const { settings, stack, manifests } = args;
  const { aws } = settings;
  if (aws === undefined) throw new Error("The platform aws needs the settings of greenlight:aws.");
  const prefix = namePrefix(stack, aws);
  const tags = { ...aws.tags, "greenlight:stack": prefix };
  const release = new GreenlightResource(
    "greenlight:index:Release",
    "release",
    {
      live: settings.live,
      environments: Object.fromEntries(
        environmentNames.flatMap((name) => {
          const it = manifests[name];
          return it === undefined ? [] : [[name, { version: it.manifest.version, manifestDigest: it.digest }]];
        }),
      ),
      services: Object.keys(settings.services),
      aws: servingFactsOf(stack, settings),
      checklist: args.checklist,
    },
    ["stated"],
    {},
  );
  const provider = new AwsProvider("aws", { region: aws.region, account: aws.account, tags }, { dependsOn: [release] });
  const options = (...after: pulumi.Resource[]) => ({ providers: [provider], dependsOn: [release, ...after] });

  const network = networkOf(prefix, settings, aws, options());
  const entrance = entranceOf(prefix, aws, network, options());
  const cluster = clusterOf(prefix, aws, { provider, dependsOn: [release] });
  const dir = join(resolve(args.project, settings.folder), stack);
  const plan: AwsPlan = { settings, aws, prefix, tags, ...cluster, network, dir, options };

  const targets = {
    blue: targetGroupsOf(plan, "blue", entrance.tests.blue),
    green: targetGroupsOf(plan, "green", entrance.tests.green),
  };
  // The live side comes first: two migrations never run at once.
  const environments: Environment[] = [];
  const proofs: Record<EnvironmentName, pulumi.Output<GateProof[]>> = {
    blue: pulumi.output([]),
    green: pulumi.output([]),
  };
  for (const name of [settings.live, other(settings.live)]) {
    const it = manifests[name];
    if (it === undefined) continue;
    const before = [network, targets[name], ...environments];
    const environment = environmentOf(plan, name, it, targets[name], entrance.ports[name], before);
    environments.push(environment);
    proofs[name] = environment.proofs;
  }
  const trafficSwitch = new TrafficSwitch(
    "traffic",
    {
      region: aws.region,
      listener: entrance.listener,
      services: Object.fromEntries(
        Object.entries(aws.services).map(([service, { hosts, paths, priority }]) => [
          service,
          {
            hosts,
            ...(paths === undefined ? {} : { paths }),
            priority,
            targetGroups: { blue: arnOf(targets.blue, service), green: arnOf(targets.green, service) },
          },
        ]),
      ),
      weights: weightsFor(settings.live),
      versions: {
        ...(settings.blue === undefined ? {} : { blue: settings.blue }),
        ...(settings.green === undefined ? {} : { green: settings.green }),
      },
      proofs: pulumi.all([proofs.blue, proofs.green]).apply((all): GateProof[] => all.flat()),
      gates: { intervalMs: aws.gates.interval, deadlineMs: aws.gates.deadline },
    },
    options(...environments, targets.blue, targets.green),
  );
  const metricNames = { blue: targets.blue.metricNames, green: targets.green.metricNames };
  const alarms = new ReleaseAlarms(
    "alarms",
    {
      stack: prefix,
      account: aws.account,
      region: aws.region,
      thresholds: thresholdsOf(settings),
      services: Object.keys(settings.services),
      environments: environmentNames.filter((name) => settings[name] !== undefined),
      loadBalancer: entrance.metricName,
      targetGroups: metricNames,
      ...(aws.database === undefined ? {} : { database: databaseLimits(aws, aws.database) }),
      ...(aws.alarms.topic === undefined ? {} : { topic: aws.alarms.topic }),
    },
    options(trafficSwitch),
  );
  new Dashboard(
    "dashboard",
    {
      stack: prefix,
      region: aws.region,
      loadBalancer: entrance.metricName,
      targetGroups: metricNames,
      switched: { to: `${settings.live} ${settings[settings.live] ?? ""}`, at: trafficSwitch.readAt },
    },
    options(trafficSwitch),
  );
  return {
    live: settings.live,
    versions: { blue: settings.blue, green: settings.green },
    serving: trafficSwitch.serving,
    addresses: addressesOf(aws, listenerPorts.users),
    ...(entrance.dnsName === undefined ? {} : { loadBalancer: entrance.dnsName }),
    noGoAlarms: alarms.noGo,
    alarmTopic: alarms.topic,
  };
}

function networkOf(
  prefix: string,
  settings: Settings,
  { vpc, loadBalancer: { create, existing }, database }: AwsSettings,
  options: pulumi.ComponentResourceOptions,
): Network {
  return new Network(
    "network",
    {
      stack: prefix,
      vpc,
      ports: Object.values(settings.services).map(({ port }) => port),
      ...(create === undefined ? {} : { open: { users: create.public, tests: create.tests } }),
      ...(existing === undefined ? {} : { securityGroup: existing.securityGroup }),
      ...(database === undefined ? {} : { database: { securityGroup: database.securityGroup, port: database.port } }),
    },
    options,
  );
}

/** What users and tests come through, made or already there. */
interface Entrance {
  readonly listener: pulumi.Output<string>;
  readonly tests: Readonly<Record<EnvironmentName, pulumi.Output<string>>>;
  readonly ports: Readonly<Record<EnvironmentName, number>>;
  readonly metricName: pulumi.Output<string>;
  readonly dnsName?: pulumi.Output<string>;
}

function entranceOf(
  prefix: string,
  { loadBalancer: { create, existing } }: AwsSettings,
  network: Network,
  options: pulumi.ComponentResourceOptions,
): Entrance {
  if (existing !== undefined) {
    const { listener, blue, green } = existing;
    return {
      listener: pulumi.output(listener),
      tests: { blue: pulumi.output(blue.listener), green: pulumi.output(green.listener) },
      ports: { blue: blue.port, green: green.port },
      metricName: pulumi.output(loadBalancerOf(listener)),
    };
  }
  const made = new LoadBalancer(
    "load-balancer",
    {
      stack: prefix,
      subnets: create?.subnets ?? [],
      securityGroup: network.loadBalancerGroup,
      certificate: create?.certificate ?? "",
      internal: create?.internal ?? false,
    },
    options,
  );
  const { listener, tests, metricName, dnsName } = made;
  return { listener, tests, ports: { blue: listenerPorts.blue, green: listenerPorts.green }, metricName, dnsName };
}

function clusterOf(prefix: string, { cluster }: AwsSettings, opts: pulumi.CustomResourceOptions) {
  if (cluster !== undefined) {
    return {
      cluster: pulumi.output(cluster),
      clusterName: pulumi.output(cluster.slice(cluster.lastIndexOf("/") + 1)),
    };
  }
  const made = new AwsResource(
    "aws:ecs/cluster:Cluster",
    "cluster",
    { name: physicalName("cluster", prefix), settings: [{ name: "containerInsights", value: "enabled" }] },
    opts,
    ["arn", "name"],
  );
  return { cluster: made.out("arn"), clusterName: made.out("name") };
}

function targetGroupsOf(plan: AwsPlan, environment: EnvironmentName, testListener: pulumi.Output<string>) {
  const { aws, settings, prefix } = plan;
  return new TargetGroups(
    `${environment}-targets`,
    {
      stack: prefix,
      vpc: aws.vpc,
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

function environmentOf(
  plan: AwsPlan,
  name: EnvironmentName,
  it: ProjectManifest,
  targets: TargetGroups,
  testPort: number,
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
      subnets: aws.subnets,
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
                tasks: set?.instances ?? 1,
                ...(own?.scaling === undefined ? {} : { scaling: own.scaling }),
                cpu: own?.cpu ?? 256,
                memory: own?.memory ?? 512,
                architecture: own?.architecture ?? "X86_64",
                ...(own?.taskRole === undefined ? {} : { taskRole: own.taskRole }),
                drainSeconds: (set?.drain ?? 0) / 1_000,
                startSeconds: (set?.start ?? 0) / 1_000,
              },
            ];
          }),
      ),
      targetGroups: targets.arns,
      addresses: addressesOf(aws, testPort),
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

function arnOf(targets: TargetGroups, service: string): pulumi.Output<string> {
  const arn = targets.arns[service];
  if (arn === undefined) throw new Error(`There is no target group for ${service}.`);
  return arn;
}

function addressesOf({ services }: AwsSettings, port: number): Record<string, string> {
  return Object.fromEntries(
    Object.entries(services).map(([service, { hosts }]) => [service, addressOf(hosts[0] ?? "", port)]),
  );
}

function databaseLimits({ alarms }: AwsSettings, { instance, cluster }: NonNullable<AwsSettings["database"]>) {
  return {
    ...(instance === undefined ? {} : { instance }),
    ...(cluster === undefined ? {} : { cluster }),
    cpu: alarms.databaseCpu,
    ...(alarms.databaseConnections === undefined ? {} : { connections: alarms.databaseConnections }),
    storage: alarms.databaseStorage,
  };
}
