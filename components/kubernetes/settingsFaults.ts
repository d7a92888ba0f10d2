import type { Settings } from "../../config.ts";
import { scalingFaults } from "../../project/scalingSettings.ts";
import { namesEnvironment, tellsSides } from "../../provider/prometheus/queries.ts";
import { type LocalKey, localSettingsFaults } from "../localSettings.ts";
import { stickyFaults, stickyKindFaults } from "../stickyFaults.ts";
import { databaseFaults } from "./databaseFaults.ts";
import { objectName } from "./names.ts";
import { prometheusFaults } from "./prometheusFaults.ts";
import type { PrometheusSettings } from "./prometheusSettings.ts";
import { ledByOf } from "./serving.ts";

/** What stands here for the settings of the local platform. */
const instead: Readonly<Record<LocalKey, string>> = {
  listen: "an Ingress or a LoadBalancer in front of the live Service says who reaches it",
  ports: "pods have addresses of their own",
  database:
    "name the Secret that holds its address in kubernetes.services.<name>.secrets, and how it is migrated in kubernetes.database",
  gates: "kubernetes.gates says how long gates wait",
  backup: "kubernetes.database says how a snapshot or a dump is taken before a migration",
};

/** Names of Services are labels of DNS. */
const longestName = 63;

/**
 * What is wrong with the settings of a stack on Kubernetes, a line each: keys that mean nothing here, what is not offered yet, parts that
 * contradict each other. Empty when nothing is.
 *
 * @param given the keys that the stack file has
 */
export function kubernetesFaults(settings: Settings, given: ReadonlySet<string>, namespace: string): string[] {
  const { kubernetes } = settings;
  if (kubernetes === undefined) {
    return [`${namespace}:kubernetes is missing; expected a group of keys, which the platform kubernetes needs`];
  }
  const of = (key: string) => `${namespace}:${key}`;
  return [
    ...localSettingsFaults({
      settings,
      given,
      of,
      instead,
      shares:
        ledByOf(settings, kubernetes) === "side"
          ? "on kubernetes a Gateway's routes share traffic, which kubernetes.gateway names, or pods do with strategy.kind rolling"
          : undefined,
    }),
    ...stickyFaults(settings, of),
    ...stickyKindFaults(settings, of),
    ...stickyGatewayFaults(settings, of),
    ...testersFaults(settings, of),
    ...walkFaults(settings, of),
    ...bakeFaults(settings, of),
    ...(kubernetes.prometheus === undefined
      ? []
      : prometheusFaults(kubernetes.prometheus, (key) => of(`kubernetes.prometheus.${key}`))),
    ...Object.keys(kubernetes.services)
      .filter((name) => !Object.hasOwn(settings.services, name))
      .map(
        (name) =>
          `${of(`kubernetes.services.${name}`)} is no service; services: ${Object.keys(settings.services).join(", ")}`,
      ),
    ...(kubernetes.database === undefined
      ? []
      : databaseFaults(kubernetes.database, Object.keys(settings.services), (key) => of(`kubernetes.database.${key}`))),
    ...Object.keys(settings.services).flatMap((name) => routeFaults(name, kubernetes, of)),
    ...Object.entries(settings.services).flatMap(([name, it]) => serviceFaults(name, it, kubernetes.name, of)),
    ...Object.entries(settings.services).flatMap(([name, { instances }]) =>
      scalingFaults(of(`kubernetes.services.${name}`), kubernetes.services[name]?.scaling, {
        what: "pods",
        instances,
        strategy: settings.strategy.kind,
        of,
      }),
    ),
  ];
}

/** Only a route knows a user again. */
function stickyGatewayFaults({ strategy, kubernetes }: Settings, of: (key: string) => string): string[] {
  if (strategy.canary.sticky === 0 || kubernetes?.gateway !== undefined) return [];
  return [
    `${of("strategy.canary.sticky")} needs a Gateway, whose routes know a user by a cookie: name it in kubernetes.gateway, or leave sticky out`,
  ];
}

/** Only a route looks at headers. */
function testersFaults({ testers, kubernetes }: Settings, of: (key: string) => string): string[] {
  if (testers === undefined || kubernetes?.gateway !== undefined) return [];
  return [
    `${of("testers")} needs a Gateway, whose routes look at headers: name it in kubernetes.gateway, or leave testers out and reach a side by its own Service`,
  ];
}

/** A verdict needs figures. */
function bakeFaults({ bake, kubernetes }: Settings, of: (key: string) => string): string[] {
  if (bake === 0 || kubernetes?.prometheus !== undefined) return [];
  return [
    `${of("bake")} needs somebody who counts what users are answered: name a Prometheus in ${of("kubernetes.prometheus")}, or leave bake out and look at what serves yourself`,
  ];
}

/** What walks by itself needs what shares traffic, and what counts both sides. */
function walkFaults({ strategy, kubernetes }: Settings, of: (key: string) => string): string[] {
  if (strategy.kind === "blue-green" || kubernetes === undefined) return [];
  const kind = `${of("strategy.kind")} is ${strategy.kind}`;
  const { gateway, prometheus } = kubernetes;
  return [
    ...(gateway === undefined && strategy.kind === "canary"
      ? [
          `${kind}; on kubernetes a Gateway's routes alone give any share: kubernetes.gateway names it, or rolling goes by pods`,
        ]
      : []),
    ...(prometheus === undefined
      ? [`${kind}; nobody counts what both sides answer: kubernetes.prometheus names who does`]
      : []),
    ...(gateway === undefined && strategy.kind === "rolling" && prometheus !== undefined
      ? sideFaults(prometheus, kind, of)
      : []),
  ];
}

/** Behind one Service for both sides, only counters that say whose pod answered can compare them. */
function sideFaults({ ingress, queries }: PrometheusSettings, kind: string, of: (key: string) => string): string[] {
  const out = `name a Gateway in ${of("kubernetes.gateway")}, or count by queries of your own that name $environment (ingress own; prometheus.monitor has every series of the services say its side)`;
  if (!tellsSides.includes(ingress)) {
    return [
      `${kind}; without a Gateway both sides answer behind one Service, and ${of("kubernetes.prometheus.ingress")} ${ingress} counts by Service alone: ${out}`,
    ];
  }
  if (ingress !== "own" || queries === undefined || namesEnvironment(queries.requests)) return [];
  return [
    `${kind}; without a Gateway both sides answer behind one Service, and ${of("kubernetes.prometheus.queries")} do not name $environment: ${out}`,
  ];
}

/** A Gateway takes a service's users by their hosts; without one, nobody looks at hosts and paths. */
function routeFaults(
  name: string,
  { gateway, services }: NonNullable<Settings["kubernetes"]>,
  of: (key: string) => string,
): string[] {
  const hosts = services[name]?.hosts;
  const key = of(`kubernetes.services.${name}.hosts`);
  if (gateway !== undefined && hosts === undefined) {
    return [`${key} is missing; expected a list of host names, by which the Gateway ${gateway.name} takes its users`];
  }
  if (gateway === undefined && hosts !== undefined) {
    return [`${key} says what a Gateway takes, and kubernetes.gateway names none: name it, or leave hosts out`];
  }
  return [];
}

function serviceFaults(
  name: string,
  { health, drain, start }: Settings["services"][string],
  prefix: string,
  of: (key: string) => string,
): string[] {
  const longest = objectName(prefix, name, "green");
  return [
    ...(["body", "json"] as const)
      .filter((key) => health[key] !== undefined)
      .map(
        (key) =>
          `${of(`services.${name}.health.${key}`)} is not offered on kubernetes yet: a probe judges by status; ask for it in the smoke test`,
      ),
    // A probe takes every status from 200 to 399 for good, and no other.
    ...(health.status === 200
      ? []
      : [
          `${of(`services.${name}.health.status`)} is ${health.status}; on kubernetes a probe asks for 200 to 399: leave it out`,
        ]),
    ...(["drain", "start"] as const)
      .filter((key) => ({ drain, start })[key] % 1_000 !== 0)
      .map(
        (key) =>
          `${of(`services.${name}.${key}`)} is ${{ drain, start }[key]} ms; on kubernetes expected whole seconds`,
      ),
    ...(longest.length > longestName
      ? [
          `${of(`services.${name}`)} makes the name ${longest}, longer than ${longestName} characters: give kubernetes.name a shorter one`,
        ]
      : []),
  ];
}
