import { join, resolve } from "node:path";
import { type Settings, thresholdsOf } from "../../config.ts";
import { digestFolder } from "../../project/digestFolder.ts";
import type { ProjectManifest } from "../../project/readManifest.ts";
import type { PlatformFacts } from "../../provider/local/platformFacts.ts";
import { loopback } from "../../provider/local/ports.ts";

import { type EnvironmentName, other, sharedWeights } from "../../release/environment.ts";
import type { GateProof } from "../../release/gateProof.ts";
import type { Kind } from "../../release/transition.ts";
import { bakeGate } from "../bakeGate.ts";
import type { StackArgs } from "../platforms.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { statedRelease } from "../statedRelease.ts";
import { BackupSnapshot } from "./backupSnapshot.ts";
import { Database } from "./database.ts";
import { DatabaseMigration } from "./databaseMigration.ts";
import { Environment } from "./environment.ts";
import { platformFactsOf } from "./platformFacts.ts";
import { type PortPlan, portPlan } from "./portPlan.ts";
import { RandomProvider } from "./randomPassword.ts";
import { ReleaseAlarms } from "./releaseAlarms.ts";
import { TrafficSwitch } from "./trafficSwitch.ts";

/** The provider of the database's password, where there is a database. */
export function startProviders({ database }: Settings): readonly pulumi.ProviderResource[] {
  return database === undefined ? [] : [new RandomProvider("random")];
}

/**
 * The whole stack on this machine, in the order of its dependencies: release, then snapshot, migration, instances,
 * health and smoke of each environment, then the switch, then alarms and bake.
 */
export function deployLocal(args: StackArgs): Record<string, pulumi.Input<unknown>> {
  const { settings, stack, manifests } = args;
  const plan = portPlan(settings);
  const dir = join(resolve(args.project, settings.folder), stack);
  const names = Object.keys(settings.services);
  const facts = platformFactsOf(stack, settings, plan);

  const providers = [...(args.providers ?? startProviders(settings))];
  const release = new GreenlightResource<{ stated: true; kind: Kind }>(
    "greenlight:index:Release",
    "release",
    {
      ...statedRelease(args),
      dir,
      listen: settings.listen,
    },
    ["stated", "kind"],
    {},
  );
  const after = (...resources: pulumi.Resource[]) => ({ dependsOn: [release, ...resources] });
  const host = new GreenlightResource(
    "greenlight:local:Host",
    "host",
    { dir, facts, keepSnapshots: settings.database !== undefined && settings.backup.keepOnDestroy },
    ["ready"],
    after(),
  );
  const proxy = new GreenlightResource(
    "greenlight:local:Proxy",
    "proxy",
    {
      dir,
      listen: settings.listen,
      adminPort: plan.admin,
      services: facts.services,
      ...(settings.testers === undefined ? {} : { testers: settings.testers }),
      ...(settings.strategy.canary.sticky === 0 ? {} : { stickySeconds: settings.strategy.canary.sticky / 1_000 }),
    },
    ["supervisor", "running", "version"],
    after(host),
  );
  const database =
    plan.database === undefined || settings.database === undefined
      ? undefined
      : new Database(
          "database",
          {
            dir,
            listen: loopback,
            port: plan.database,
            user: settings.database.user,
            name: settings.database.name,
          },
          { ...after(host), providers },
        );

  // The live side comes first: two migrations never run at once.
  const environments: Environment[] = [];
  const proofs: Record<EnvironmentName, pulumi.Output<GateProof[]>> = {
    blue: pulumi.output([]),
    green: pulumi.output([]),
  };
  for (const name of [settings.live, other(settings.live)]) {
    const it = manifests[name];
    if (it === undefined) continue;
    const before = [host, proxy, ...environments];
    const environment = environmentOf(name, it, args, { plan, dir, facts, database, before: after(...before) });
    environments.push(environment);
    proofs[name] = environment.proofs;
  }
  const trafficSwitch = new TrafficSwitch(
    "traffic",
    {
      dir,
      listen: loopback,
      adminPort: plan.admin,
      services: names,
      weights: sharedWeights(settings.live, settings.share),
      versions: {
        ...(settings.blue === undefined ? {} : { blue: settings.blue }),
        ...(settings.green === undefined ? {} : { green: settings.green }),
      },
      proofs: pulumi.all([proofs.blue, proofs.green]).apply((all): GateProof[] => all.flat()),
    },
    after(proxy, ...environments),
  );
  const alarms = new ReleaseAlarms(
    "alarms",
    { dir, services: names, thresholds: thresholdsOf(settings) },
    after(trafficSwitch),
  );
  const source = () => ({ platform: "local" as const, listen: loopback, adminPort: plan.admin });
  bakeGate(args, release.out("kind"), source, after(alarms));
  return {
    live: settings.live,
    versions: { blue: settings.blue, green: settings.green },
    serving: trafficSwitch.serving,
    addresses: Object.fromEntries(
      Object.entries(settings.services).map(([name, it]) => [name, `http://${settings.listen}:${it.port}`]),
    ),
    folder: dir,
    ...(database === undefined ? {} : { databaseUrl: database.url }),
  };
}

function environmentOf(
  name: EnvironmentName,
  { manifest }: ProjectManifest,
  { settings, project }: StackArgs,
  it: {
    plan: PortPlan;
    dir: string;
    facts: PlatformFacts;
    database: Database | undefined;
    before: { dependsOn: pulumi.Resource[] };
  },
): Environment {
  const prepared: pulumi.Resource[] = [];
  if (it.database !== undefined && manifest.database.tool !== "none") {
    const snapshot = new BackupSnapshot(
      `${name}-snapshot`,
      {
        version: manifest.version,
        databaseUrl: it.database.url,
        directory: join(it.dir, "snapshots"),
        ...settings.backup,
      },
      { dependsOn: [...it.before.dependsOn, it.database] },
    );
    const migration = new DatabaseMigration(
      `${name}-migration`,
      {
        version: manifest.version,
        databaseUrl: it.database.url,
        plan: manifest.database,
        digest: digestFolder(manifest.database.directory),
        project,
      },
      { dependsOn: [...it.before.dependsOn, snapshot] },
    );
    prepared.push(snapshot, migration);
  }
  return new Environment(
    name,
    {
      environment: name,
      version: manifest.version,
      dir: it.dir,
      listen: loopback,
      services: Object.fromEntries(
        Object.entries(manifest.services).map(([service, { command, directory, env }]) => {
          const set = settings.services[service];
          return [
            service,
            {
              command: [...(command ?? [])],
              directory,
              env: { ...env },
              ports: it.plan.services[service]?.[name] ?? [],
              health: healthOf(set),
              drainMs: set?.drain ?? 10_000,
              startMs: set?.start ?? 15_000,
            },
          ];
        }),
      ),
      ...(it.database === undefined ? {} : { databaseUrl: it.database.url }),
      addresses: Object.fromEntries(
        it.facts.services.map((service) => [service.name, `http://${loopback}:${service.direct[name]}`]),
      ),
      gates: {
        successes: settings.gates.successes,
        intervalMs: settings.gates.interval,
        deadlineMs: settings.gates.deadline,
      },
      smoke: {
        command: [...manifest.smoke.command],
        directory: manifest.smoke.directory,
        env: { ...manifest.smoke.env },
        timeoutMs: manifest.smoke.timeout,
      },
    },
    { dependsOn: [...it.before.dependsOn, ...prepared] },
  );
}

function healthOf(set: Settings["services"][string] | undefined) {
  const { path = "/health", status = 200, body, json } = set?.health ?? {};
  return { path, status, ...(body === undefined ? {} : { body }), ...(json === undefined ? {} : { json }) };
}
