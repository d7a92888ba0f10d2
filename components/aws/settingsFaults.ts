import type { Settings } from "../../config.ts";
import { scalingFaults } from "../../project/scalingSettings.ts";
import { type LocalKey, localSettingsFaults } from "../localSettings.ts";
import { stickyFaults } from "../stickyFaults.ts";
import { arnParts } from "./arn.ts";
import { databaseFaults } from "./databaseFaults.ts";
import { ruleFaults } from "./ruleFaults.ts";
import type { AwsSettings } from "./settings.ts";
import { stoppedFaults } from "./stopped.ts";
import { taskSizeFault } from "./taskSize.ts";

/** What stands here for the settings of the local platform. */
const instead: Readonly<Record<LocalKey, string>> = {
  listen: "aws.loadBalancer says who reaches the services",
  ports: "tasks have addresses of their own",
  database: "aws.database names one that is there already, or has the stack make one",
  gates: "aws.gates says how long gates wait",
  backup: "snapshots are kept until somebody removes them; `greenlight drill snapshot` restores one as a drill",
};

const minute = 60_000;

/**
 * What is wrong with the settings of a stack on AWS, a line each: keys that mean nothing here, what is not offered yet, parts that
 * contradict each other. Empty when nothing is.
 *
 * @param given the keys that the stack file has
 */
export function awsFaults(settings: Settings, given: ReadonlySet<string>, namespace: string): string[] {
  const { aws } = settings;
  if (aws === undefined) {
    return [`${namespace}:aws is missing; expected a group of keys, which the platform aws needs`];
  }
  const of = (key: string) => `${namespace}:${key}`;
  return [
    ...localSettingsFaults({
      settings,
      given,
      of,
      instead,
      shares: undefined,
    }),
    ...serviceFaults(settings, aws, of),
    ...ruleFaults(settings, aws, of),
    ...thresholdFaults(settings, of),
    ...stickyFaults(settings, of),
    ...networkFaults(aws, of),
    ...stoppedFaults(settings, of),
    ...arnFaults(aws, of),
    ...databaseFaults(settings, aws, of),
    ...frontendFaults(aws, of),
    ...(aws.rollback !== undefined && settings.strategy.kind === "rolling"
      ? [
          `${of("aws.rollback")} is not offered with ${of("strategy.kind")} rolling: it would give all traffic at once to a side that runs few tasks`,
        ]
      : []),
  ];
}

type Name = (key: string) => string;

function serviceFaults(settings: Settings, aws: AwsSettings, of: Name): string[] {
  const faults: string[] = [];
  for (const name of Object.keys(aws.services)) {
    if (!Object.hasOwn(settings.services, name)) {
      faults.push(
        `${of(`aws.services.${name}`)} is no service; services: ${Object.keys(settings.services).join(", ")}`,
      );
    }
  }
  for (const [name, { health, drain, start, instances }] of Object.entries(settings.services)) {
    const it = aws.services[name];
    if (it === undefined) {
      faults.push(`${of(`aws.services.${name}`)} is missing; expected a group with hosts and priority`);
      continue;
    }
    const own = of(`aws.services.${name}`);
    const size = taskSizeFault(it.cpu, it.memory);
    if (size !== undefined) faults.push(`${own}: ${size}`);
    const strategy = settings.strategy.kind;
    faults.push(...scalingFaults(own, it.scaling, { what: "tasks", instances, strategy, of }));
    for (const key of ["body", "json"] as const) {
      if (health[key] !== undefined) {
        faults.push(
          `${of(`services.${name}.health.${key}`)} is not offered on aws yet: a load balancer judges by status; ask for it in the smoke test`,
        );
      }
    }
    if (drain % 1_000 !== 0 || drain > 3_600_000) {
      faults.push(`${of(`services.${name}.drain`)} is ${drain} ms; on aws expected whole seconds, at most 1h`);
    }
    if (start % 1_000 !== 0)
      faults.push(`${of(`services.${name}.start`)} is ${start} ms; on aws expected whole seconds`);
  }
  return faults;
}

function thresholdFaults({ thresholds }: Settings, of: Name): string[] {
  return (["errorFor", "p95For"] as const)
    .filter((key) => thresholds[key] % minute !== 0 || thresholds[key] > 1_440 * minute)
    .map((key) => `${of(`thresholds.${key}`)} is ${thresholds[key]} ms; on aws expected whole minutes, at most 24h`);
}

/** Where a stack runs is said once: by ids, by tags, or by what is made. */
function networkFaults({ vpc, subnets, network, loadBalancer: { create, existing } }: AwsSettings, of: Name): string[] {
  const subnetIds = "at least two subnets' ids";
  const ids = [
    ["aws.vpc", vpc, "a VPC's id"],
    ["aws.subnets", subnets, subnetIds],
    ...(create === undefined ? [] : [["aws.loadBalancer.create.subnets", create.subnets, subnetIds] as const]),
  ] as const;
  if (network === undefined) {
    return ids
      .filter(([, given]) => given === undefined)
      .map(
        ([key, , expected]) => `${of(key)} is missing; expected ${expected}, or ${of("aws.network")} in place of ids`,
      );
  }
  const faults = ids
    .filter(([, given]) => given !== undefined)
    .map(
      ([key]) => `${of(key)} stands beside ${of("aws.network")}, which says where the stack runs: take one of them out`,
    );
  if (network.create !== undefined && existing !== undefined) {
    faults.push(
      `${of("aws.network.create")} is not offered with ${of("aws.loadBalancer.existing")}, which has a network already: name that by ${of("aws.network.existing")}, or have ${of("aws.loadBalancer.create")} make a load balancer in the new one`,
    );
  }
  if (network.existing !== undefined && create !== undefined && network.existing.loadBalancer === undefined) {
    faults.push(
      `${of("aws.network.existing.loadBalancer")} is missing; expected tags of subnets for ${of("aws.loadBalancer.create")}`,
    );
  }
  if (network.existing?.loadBalancer !== undefined && existing !== undefined) {
    faults.push(
      `${of("aws.network.existing.loadBalancer")} means nothing with ${of("aws.loadBalancer.existing")}, which has subnets already: take it out`,
    );
  }
  return faults;
}

/** What lies in another region or account cannot be used: AWS would say so halfway through an update. */
function arnFaults(aws: AwsSettings, of: Name): string[] {
  const { create, existing } = aws.loadBalancer;
  const arns: [string, string | undefined][] = [
    ["cluster", aws.cluster],
    ["loadBalancer.create.certificate", create?.certificate],
    ["loadBalancer.waf", aws.loadBalancer.waf],
    ["loadBalancer.existing.listener", existing?.listener],
    ["loadBalancer.existing.blue.listener", existing?.blue.listener],
    ["loadBalancer.existing.green.listener", existing?.green.listener],
    ["alarms.topic", aws.alarms.topic],
    ["database.create.kmsKey", aws.database?.create?.kmsKey],
    ...Object.entries(aws.services).flatMap(([name, it]) =>
      Object.entries(it.secrets).map(([key, arn]): [string, string] => [`services.${name}.secrets.${key}`, arn]),
    ),
  ];
  const faults = arns.flatMap(([key, arn]) => {
    const parts = arn === undefined ? undefined : arnParts(arn);
    if (parts === undefined || parts.region === "" || parts.region === aws.region) return [];
    return [`${of(`aws.${key}`)} is in ${parts.region}; expected ${aws.region}, as ${of("aws.region")} says`];
  });
  if (existing !== undefined && aws.loadBalancer.waf !== undefined) {
    faults.push(
      `${of("aws.loadBalancer.waf")} is not offered with ${of("aws.loadBalancer.existing")}, which is the team's own: associate the web ACL where that is made, and take waf out here`,
    );
  }
  if (existing !== undefined) {
    const listeners = [existing.listener, existing.blue.listener, existing.green.listener];
    if (new Set(listeners).size < listeners.length) {
      faults.push(
        `${of("aws.loadBalancer.existing")} names a listener twice; users, blue and green have one each, or tests would be users`,
      );
    }
  }
  return faults;
}

function frontendFaults({ frontend }: AwsSettings, of: Name): string[] {
  if (frontend === undefined) return [];
  const { region } = arnParts(frontend.certificate) ?? {};
  return [
    ...(region === "us-east-1"
      ? []
      : [`${of("aws.frontend.certificate")} is in ${region}; expected us-east-1, where CloudFront looks for it`]),
  ];
}
