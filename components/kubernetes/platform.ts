import { join, resolve } from "node:path";
import type { Settings } from "../../config.ts";
import { instancesIn, neededIn } from "../../project/instances.ts";
import type { ProjectManifest } from "../../project/readManifest.ts";
import { type EnvironmentName, environmentNames, other, sharedWeights } from "../../release/environment.ts";
import type { GateProof } from "../../release/gateProof.ts";
import type { Kind } from "../../release/transition.ts";
import { bakeGate } from "../bakeGate.ts";
import type { StackArgs } from "../platforms.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { statedRelease } from "../statedRelease.ts";
import { AlertsQuiet } from "./alertsQuiet.ts";
import { bakeSourceOf } from "./bakeSource.ts";
import { containerPlan } from "./containers.ts";
import { jobsKept } from "./databaseSettings.ts";
import { DumpRetention } from "./dumpRetention.ts";
import { Environment } from "./environment.ts";
import { prepareDatabase } from "./preparation.ts";
import { ReleaseAlarms } from "./releaseAlarms.ts";
import { KubernetesProvider } from "./resource.ts";
import { ServiceMetrics } from "./serviceMetrics.ts";
import { accessOf, scaledServicesOf, servingFactsOf, switchedServicesOf, testAddressesOf } from "./serving.ts";
import type { KubernetesSettings } from "./settings.ts";
import { SnapshotRetention } from "./snapshotRetention.ts";
import { TrafficSwitch } from "./trafficSwitch.ts";
import { watchFactsOf } from "./watching.ts";

/**
 * The whole stack on Kubernetes, in the order of its dependencies: release, then alarms, quiet alerts, snapshot or dump, migration, pods, what runs
 * and smoke of each environment, then the gate of the switch, what leads users and its reading back, then the bake.
 */
export function deployKubernetes(args: StackArgs): Record<string, pulumi.Input<unknown>> {
  const { settings, manifests } = args;
  const { kubernetes } = settings;
  if (kubernetes === undefined) throw new Error("The platform kubernetes needs the settings of greenlight:kubernetes.");
  const project = resolve(args.project);
  const access = accessOf(project, kubernetes);
  const release = new GreenlightResource<{ stated: true; kind: Kind }>(
    "greenlight:index:Release",
    "release",
    {
      ...statedRelease(args),
      kubernetes: servingFactsOf(project, settings),
    },
    ["stated", "kind"],
    {},
  );
  const provider = new KubernetesProvider("kubernetes", access, { dependsOn: [release] });
  const options = (...after: pulumi.Resource[]) => ({ providers: [provider], dependsOn: [release, ...after] });
  const watching = watchFactsOf(project, settings);
  const alarms =
    watching === undefined || kubernetes.prometheus?.rule === undefined
      ? []
      : [new ReleaseAlarms("alarms", { settings, watching }, options())];
  if (kubernetes.prometheus?.monitor !== undefined) new ServiceMetrics("metrics", kubernetes, options());
  const environments: Environment[] = [];
  const proofs: pulumi.Output<GateProof[]>[] = [];
  for (const name of [settings.live, other(settings.live)]) {
    const it = manifests[name];
    if (it === undefined) continue;
    const quiet =
      watching === undefined || watching.alerts[name].length === 0
        ? []
        : [
            new AlertsQuiet(
              `${name}-quiet`,
              { project, settings, watching, environment: name, version: it.manifest.version },
              options(...alarms, ...environments),
            ),
          ];
    const prepared = prepareDatabase(args, kubernetes, name, it, (...after) =>
      options(...environments, ...quiet, ...after),
    );
    const made = new Environment(
      name,
      environmentArgs(args, kubernetes, name, it),
      options(...environments, ...quiet, ...prepared),
    );
    environments.push(made);
    proofs.push(made.proofs);
  }
  const traffic = new TrafficSwitch(
    "traffic",
    {
      access,
      prefix: kubernetes.name,
      services: switchedServicesOf(settings, kubernetes).map((it) => ({
        ...it,
        port: settings.services[it.service]?.port ?? 0,
        hosts: kubernetes.services[it.service]?.hosts ?? [],
        paths: kubernetes.services[it.service]?.paths ?? ["/"],
        ...neededIn(it.service, settings),
      })),
      weights: sharedWeights(settings.live, settings.share),
      gateway: kubernetes.gateway,
      testers: settings.testers,
      ...(settings.strategy.canary.sticky === 0 ? {} : { stickySeconds: settings.strategy.canary.sticky / 1_000 }),
      versions: {
        ...(settings.blue === undefined ? {} : { blue: settings.blue }),
        ...(settings.green === undefined ? {} : { green: settings.green }),
      },
      proofs: pulumi.all(proofs).apply((all): GateProof[] => all.flat()),
      // Both sides have been through their gates: who waits here longer waits for somebody to mend something.
      deadlineMs: Math.min(kubernetes.gates.deadline, 120_000),
      endpointDelayMs: kubernetes.endpointDelay,
      ...scaledPods(settings, kubernetes, environments),
    },
    options(...environments),
  );
  bakeGate(args, release.out("kind"), () => bakeSourceOf(project, settings), {
    dependsOn: [release, traffic],
  });
  if (kubernetes.database?.keep !== undefined) {
    const { keep, dump, migration } = kubernetes.database;
    const kept = { access, keep, deployed: environmentNames.flatMap((name) => settings[name] ?? []) };
    if (dump === undefined) {
      new SnapshotRetention("snapshot-retention", { ...kept, prefix: kubernetes.name }, options(traffic));
    } else {
      const args = { ...kept, kubernetes, dump, keepMs: jobsKept(migration) };
      new DumpRetention("dump-retention", args, options(traffic));
    }
  }
  return {
    live: settings.live,
    versions: { blue: settings.blue, green: settings.green },
    serving: traffic.serving,
    addresses: Object.fromEntries(
      Object.entries(settings.services).map(([service, { port }]) => [
        service,
        kubernetes.services[service]?.hosts?.[0] ??
          `http://${kubernetes.name}-${service}.${kubernetes.namespace}.svc:${port}`,
      ]),
    ),
  };
}

/** What the switch makes of services that scale. */
function scaledPods(settings: Settings, kubernetes: KubernetesSettings, after: Environment[]) {
  const services = scaledServicesOf(settings, kubernetes);
  if (services.length === 0) return {};
  return { scaled: { services, deadlineMs: Math.min(kubernetes.gates.deadline, 600_000), after } };
}

function environmentArgs(
  { settings, stack, project }: StackArgs,
  kubernetes: KubernetesSettings,
  environment: EnvironmentName,
  { manifest }: ProjectManifest,
) {
  return {
    access: accessOf(resolve(project), kubernetes),
    prefix: kubernetes.name,
    environment,
    version: manifest.version,
    services: Object.fromEntries(
      Object.keys(manifest.services).flatMap((service) => {
        const set = settings.services[service];
        if (set === undefined) return [];
        const own = kubernetes.services[service];
        const { service: _, ...container } = containerPlan(kubernetes, manifest, service);
        const pod = {
          ...container,
          port: set.port,
          healthPath: set.health.path,
          ...(own?.live === undefined ? {} : { livePath: own.live }),
          startSeconds: set.start / 1_000,
          endpointSeconds: Math.ceil(kubernetes.endpointDelay / 1_000),
          drainSeconds: set.drain / 1_000,
          replicas: instancesIn(environment, service, settings),
          ...(own?.scaling === undefined ? {} : { scaling: own.scaling }),
        };
        return [[service, pod]];
      }),
    ),
    addresses: testAddressesOf(settings, environment),
    unavailable: kubernetes.unavailable,
    deadlineMs: kubernetes.gates.deadline,
    endpointDelayMs: kubernetes.endpointDelay,
    smoke: {
      command: [...manifest.smoke.command],
      directory: manifest.smoke.directory,
      env: { ...manifest.smoke.env },
      timeoutMs: manifest.smoke.timeout,
      logFile: `${join(resolve(project, settings.folder), stack)}/logs/${environment}-smoke.log`,
    },
  };
}
