import type { Settings } from "../../config.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import * as pulumi from "../pulumi.ts";
import { loadBalancerOf } from "./arn.ts";
import { Database } from "./database.ts";
import type { Ground } from "./ground.ts";
import { LoadBalancer } from "./loadBalancer.ts";
import { Network } from "./network.ts";
import { physicalName } from "./physicalName.ts";
import { AwsResource } from "./resource.ts";
import type { AwsSettings } from "./settings.ts";

/** The network of a stack, by its settings. */
export function networkOf(
  prefix: string,
  settings: Settings,
  { loadBalancer: { create, existing }, database }: AwsSettings,
  { vpc }: Ground,
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
      ...(database === undefined
        ? {}
        : {
            database: {
              ...(database.securityGroup === undefined ? {} : { securityGroup: database.securityGroup }),
              port: database.port,
            },
          }),
    },
    options,
  );
}

/** The database of a stack, where it makes one. */
export function databaseOf(
  prefix: string,
  { database }: AwsSettings,
  { tasks }: Ground,
  { databaseGroup }: Network,
  options: pulumi.ComponentResourceOptions,
): Database | undefined {
  if (database?.create === undefined || databaseGroup === undefined) return undefined;
  const { kmsKey, ...create } = database.create;
  return new Database(
    "database",
    {
      stack: prefix,
      subnets: tasks,
      securityGroup: databaseGroup,
      port: database.port,
      ...create,
      ...(kmsKey === undefined ? {} : { kmsKey }),
    },
    options,
  );
}

/** What others need to know of a database that the stack made, such as who connects by hand. */
export function databaseOutputs(made: Database | undefined): Record<string, pulumi.Input<unknown>> {
  if (made === undefined) return {};
  const { identifier, host, port, name, secret } = made;
  return { database: { identifier, host, port, name, secret } };
}

/** What users and tests come through, made or already there. */
export interface Entrance {
  readonly listener: pulumi.Output<string>;
  readonly tests: Readonly<Record<EnvironmentName, pulumi.Output<string>>>;
  readonly metricName: pulumi.Output<string>;
  readonly dnsName?: pulumi.Output<string>;
}

/** The load balancer of a stack, made or already there. */
export function entranceOf(
  prefix: string,
  { loadBalancer: { create, existing, waf } }: AwsSettings,
  ground: Ground,
  network: Network,
  options: pulumi.ComponentResourceOptions,
): Entrance {
  if (existing !== undefined) {
    const { listener, blue, green } = existing;
    return {
      listener: pulumi.output(listener),
      tests: { blue: pulumi.output(blue.listener), green: pulumi.output(green.listener) },
      metricName: pulumi.output(loadBalancerOf(listener)),
    };
  }
  const made = new LoadBalancer(
    "load-balancer",
    {
      stack: prefix,
      subnets: ground.loadBalancer,
      securityGroup: network.loadBalancerGroup,
      certificate: create?.certificate ?? "",
      internal: create?.internal ?? false,
      ...(waf === undefined ? {} : { waf }),
    },
    options,
  );
  const { listener, tests, metricName, dnsName } = made;
  return { listener, tests, metricName, dnsName };
}

/** The cluster of a stack: ARN and name, made or already there. */
export function clusterOf(prefix: string, { cluster }: AwsSettings, opts: pulumi.CustomResourceOptions) {
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
