import type { ShopPorts } from "../followed/followedGround.ts";
import { addressesAt, makeFollowedProject } from "../followed/followedProject.ts";
import type { Places } from "../project.ts";

/** Beginning of every name of the stack. */
export const prefix = "shop";
export const region = "eu-central-1";
export const account = "123456789012";
/** How much later than the API's word the load balancer acts, ms. */
export const usualLagMs = 10_000;

/** What the team has already. */
export interface CloudFacts {
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly certificate: string;
  /** Identifier of the database's instance, and its security group. */
  readonly database: string;
  readonly securityGroup: string;
  readonly ports: ShopPorts;
}

/** Makes the project of a team whose shop is on AWS. @returns the folder of each version's migrations, absolute */
export function makeCloudProject(places: Places, facts: CloudFacts): Record<string, string> {
  return makeFollowedProject(places, "aws", settingsOf(facts));
}

function settingsOf({
  vpc,
  subnets,
  certificate,
  database,
  securityGroup,
  ports,
}: CloudFacts): Record<string, unknown> {
  // A stopping task goes on answering for longer than requests are behind.
  const service = { instances: 2, drain: "15s", start: "10s", health: { path: "/health" } };
  return {
    services: { api: { port: 8080, ...service }, web: { port: 8081, ...service } },
    thresholds: { errorRate: 0.01, errorFor: "1m", p95: "2s", p95For: "1m", minRequests: 50 },
    watch: { for: "215s", every: "1s", smokeEvery: "30s" },
    strategy: {
      kind: "blue-green",
      canary: { stages: [25, 100], bake: "1s", minRequests: 100 },
      patience: "6m",
    },
    aws: {
      account,
      region,
      name: prefix,
      vpc,
      subnets,
      loadBalancer: { create: { subnets, certificate, public: ["0.0.0.0/0"], tests: ["127.0.0.1/32"] } },
      services: {
        api: { hosts: ["shop.example"], paths: ["/api/*"], priority: 10, addresses: addressesAt(ports.api) },
        web: { hosts: ["shop.example"], priority: 20, addresses: addressesAt(ports.web) },
      },
      database: {
        instance: database,
        securityGroup,
        keep: 5,
        migration: {
          service: "api",
          command: ["migrate"],
          verify: ["status"],
          prints: "up to date",
          deadline: "60s",
        },
      },
      rollback: { for: "60m" },
      // Together they last longer than the load balancer takes to follow: a smoke test comes when it does.
      gates: { successes: 5, interval: "3s", deadline: "90s" },
    },
  };
}
