import { join, resolve } from "node:path";
import { thresholdsOf } from "../../config.ts";
import { sayAskedTraffic } from "../../project/askedTraffic.ts";
import { neededIn } from "../../project/instances.ts";
import { type EnvironmentName, environmentNames, other, sharedWeights } from "../../release/environment.ts";
import type { GateProof } from "../../release/gateProof.ts";
import type { Kind } from "../../release/transition.ts";
import { bakeGate } from "../bakeGate.ts";
import type { StackArgs } from "../platforms.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { statedRelease } from "../statedRelease.ts";
import { rollbackOf, standDownBefore } from "./automaticRollback/ofStack.ts";
import { bakeSourceOf } from "./bakeSource.ts";
import { Dashboard } from "./dashboard.ts";
import { databaseSource } from "./databaseSource.ts";
import type { Environment } from "./environment.ts";
import { listenerPorts } from "./forwarding.ts";
import { buildsOf, frontendOf } from "./frontend/ofStack.ts";
import { groundOf, networkOutputs } from "./ground.ts";
import { clusterOf, databaseOf, databaseOutputs, entranceOf, networkOf } from "./groundwork.ts";
import { ReleaseAlarms } from "./releaseAlarms.ts";
import { AwsProvider } from "./resource.ts";
import { addressesOf, namePrefix, scaledServicesOf, servingFactsOf } from "./serving.ts";
import type { AwsDatabaseSettings, AwsSettings } from "./settings.ts";
import { type AwsPlan, environmentOf, quietBefore, targetGroupsOf } from "./sides.ts";
import { SnapshotRetention } from "./snapshotRetention.ts";
import { isStopped } from "./stopped.ts";
import type { TargetGroups } from "./targetGroups.ts";
import { TrafficSwitch } from "./trafficSwitch.ts";

/**
 * The whole stack on AWS, in the order of its dependencies: release, then network and database, then snapshot, migration, tasks, what runs, health and smoke of
 * each environment, then alarms, then the gate of the switch, the record of the way back, the rules and their reading back, then the
 * dashboard and, last, the bake.
 */
export async function deployAws(args: StackArgs): Promise<Record<string, pulumi.Input<unknown>>> {
  const { settings, stack, manifests } = args;
  const { aws } = settings;
  const { sticky } = settings.strategy.canary;
  if (aws === undefined) throw new Error("The platform aws needs the settings of greenlight:aws.");
  const builds = buildsOf(resolve(args.project), settings);
  const prefix = namePrefix(stack, aws);
  const tags = { ...aws.tags, "greenlight:stack": prefix };
  const release = new GreenlightResource<{ stated: true; kind: Kind }>(
    "greenlight:index:Release",
    "release",
    {
      ...statedRelease(args),
      aws: servingFactsOf(stack, settings),
    },
    ["stated", "kind"],
    {},
  );
  const provider = new AwsProvider("aws", { region: aws.region, account: aws.account, tags }, { dependsOn: [release] });
  const options = (...after: pulumi.Resource[]) => ({ providers: [provider], dependsOn: [release, ...after] });

  const ground = await groundOf(prefix, aws, provider, options());
  const network = networkOf(prefix, settings, aws, ground, options(...ground.made));
  const entrance = entranceOf(prefix, aws, ground, network, options(...ground.made));
  const cluster = clusterOf(prefix, aws, { provider, dependsOn: [release] });
  const dir = join(resolve(args.project, settings.folder), stack);
  const database = databaseOf(prefix, aws, ground, network, options(...ground.made, network));
  const made = database === undefined ? {} : { database };
  const plan: AwsPlan = { settings, aws, prefix, tags, ...cluster, ground, network, ...made, dir, options };

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
    const quiet = quietBefore(plan, name, it, entrance.listener, targets, environments);
    const before = [
      network,
      ...Object.values(made),
      targets[name],
      quiet,
      ...standDownBefore(plan, name, it, quiet),
      ...environments,
    ];
    const environment = environmentOf(plan, name, it, targets[name], before);
    environments.push(environment);
    proofs[name] = environment.proofs;
  }
  const metricNames = { blue: targets.blue.metricNames, green: targets.green.metricNames };
  const alarms = new ReleaseAlarms(
    "alarms",
    {
      stack: prefix,
      account: aws.account,
      region: aws.region,
      thresholds: thresholdsOf(settings),
      services: Object.keys(settings.services),
      environments: environmentNames.filter((name) => settings[name] !== undefined && !isStopped(name, settings)),
      loadBalancer: entrance.metricName,
      targetGroups: metricNames,
      ...(aws.database === undefined ? {} : { database: databaseLimits(prefix, aws, aws.database) }),
      ...(aws.alarms.topic === undefined ? {} : { topic: aws.alarms.topic }),
    },
    options(...environments, targets.blue, targets.green),
  );
  const frontend = frontendOf(plan, builds);
  const rollback = rollbackOf(plan, entrance.listener, targets, alarms, release.out("kind"), frontend);
  const trafficSwitch = new TrafficSwitch(
    "traffic",
    {
      region: aws.region,
      listener: entrance.listener,
      services: Object.fromEntries(
        Object.entries(aws.services).map(([service, { hosts, paths, priority, testersPriority }]) => [
          service,
          {
            hosts,
            ...(paths === undefined ? {} : { paths }),
            priority,
            ...(testersPriority === undefined ? {} : { testersPriority }),
            targetGroups: { blue: arnOf(targets.blue, service), green: arnOf(targets.green, service) },
            ...neededIn(service, settings),
          },
        ]),
      ),
      weights: sharedWeights(settings.live, settings.share),
      ...(sticky === 0 ? {} : { stickySeconds: sticky / 1_000 }),
      ...(settings.testers === undefined ? {} : { testers: settings.testers }),
      versions: {
        ...(settings.blue === undefined ? {} : { blue: settings.blue }),
        ...(settings.green === undefined ? {} : { green: settings.green }),
      },
      proofs: pulumi.all([proofs.blue, proofs.green]).apply((all): GateProof[] => all.flat()),
      // Both sides have been through their gates: who waits here longer waits for somebody to mend something.
      gates: { intervalMs: aws.gates.interval, deadlineMs: Math.min(aws.gates.deadline, 120_000) },
      ...scaledTasks(plan, stack, environments),
      ...(rollback === undefined ? {} : { beforeRules: (gate: pulumi.Resource) => rollback.arm(gate) }),
    },
    options(...environments, targets.blue, targets.green, alarms),
  );
  const begun = rollback?.begin(trafficSwitch.rules, trafficSwitch.readAt);
  const looked = frontend?.follow(trafficSwitch);
  const readAgain = looked === undefined ? undefined : rollback?.afterPages(looked);
  // Who would take traffic back by itself is at work before anybody waits for a verdict.
  const moved = [begun, looked, readAgain].filter((it) => it !== undefined);
  bakeGate(args, release.out("kind"), () => bakeSourceOf(stack, settings), {
    dependsOn: [release, trafficSwitch, ...moved],
  });
  if (aws.database?.keep !== undefined) {
    new SnapshotRetention(
      "snapshot-retention",
      {
        region: aws.region,
        ...databaseSource(prefix, aws.database),
        stack: prefix,
        keep: aws.database.keep,
        deployed: environmentNames.flatMap((name) => settings[name] ?? []),
      },
      options(trafficSwitch),
    );
  }
  new Dashboard(
    "dashboard",
    {
      stack: prefix,
      region: aws.region,
      loadBalancer: entrance.metricName,
      targetGroups: metricNames,
      switched: { to: sayAskedTraffic(settings), at: trafficSwitch.readAt },
    },
    options(trafficSwitch),
  );
  return {
    live: settings.live,
    versions: { blue: settings.blue, green: settings.green },
    serving: trafficSwitch.serving,
    addresses: addressesOf(aws, listenerPorts.users),
    ...(entrance.dnsName === undefined ? {} : { loadBalancer: entrance.dnsName }),
    ...(frontend === undefined ? {} : { frontend: frontend.domainName }),
    ...networkOutputs(ground),
    ...databaseOutputs(database),
    noGoAlarms: alarms.noGo,
    alarmTopic: alarms.topic,
  };
}

function arnOf(targets: TargetGroups, service: string): pulumi.Output<string> {
  const arn = targets.arns[service];
  if (arn === undefined) throw new Error(`There is no target group for ${service}.`);
  return arn;
}

/** What the switch makes of services that scale. */
function scaledTasks({ aws, settings, clusterName }: AwsPlan, stack: string, after: Environment[]) {
  const services = scaledServicesOf(stack, settings);
  if (services.length === 0) return {};
  const deadlineMs = Math.min(aws.gates.deadline, 600_000);
  return { scaled: { cluster: clusterName, services: [...services], deadlineMs, after } };
}

function databaseLimits(prefix: string, { alarms }: AwsSettings, database: AwsDatabaseSettings) {
  return {
    ...databaseSource(prefix, database),
    cpu: alarms.databaseCpu,
    ...(alarms.databaseConnections === undefined ? {} : { connections: alarms.databaseConnections }),
    storage: alarms.databaseStorage,
  };
}
