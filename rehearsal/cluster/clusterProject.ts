import type { ShopPorts } from "../followed/followedGround.ts";
import { addressesAt, makeFollowedProject } from "../followed/followedProject.ts";
import { shopServices } from "../followed/shopImages.ts";
import type { Places } from "../project.ts";

export const namespace = "shop";
/** What the name of every object begins with. */
export const prefix = "shop";

/** How much later than the API's word requests go by it, ms; the stack's `endpointDelay` is twice that. */
export const usualLagMs = 1_000;

export interface ClusterFacts {
  /** Path of the deployer's. */
  readonly kubeconfig: string;
  readonly ports: ShopPorts;
  readonly prometheusPort: number;
}

/** Makes the project of a team whose shop is on Kubernetes. @returns the folder of each version's migrations, absolute */
export function makeClusterProject(places: Places, facts: ClusterFacts): Record<string, string> {
  return makeFollowedProject(places, "kubernetes", settingsOf(facts));
}

function settingsOf({ kubeconfig, ports, prometheusPort }: ClusterFacts): Record<string, unknown> {
  const health = { path: "/health" };
  return {
    services: Object.fromEntries(shopServices.map((name) => [name, { port: 8080, instances: 2, drain: "2s", health }])),
    thresholds: { errorRate: 0.01, errorFor: "12s", p95: "2s", p95For: "12s", minRequests: 50 },
    watch: { for: "24s", every: "1s", smokeEvery: "10s" },
    strategy: {
      kind: "blue-green",
      canary: { stages: [25, 100], bake: "20s", minRequests: 100 },
      rolling: { stages: [50, 100], bake: "20s", minRequests: 100, surge: 1 },
      patience: "60s",
    },
    kubernetes: {
      kubeconfig,
      namespace,
      name: prefix,
      gateway: { name: "public" },
      endpointDelay: "2s",
      gates: { deadline: "40s" },
      services: {
        api: { hosts: ["shop.example"], paths: ["/api"], addresses: addressesAt(ports.api) },
        web: { hosts: ["shop.example"], addresses: addressesAt(ports.web) },
      },
      prometheus: { url: `http://127.0.0.1:${prometheusPort}`, ingress: "envoy", every: "4s", settle: "2s" },
      database: {
        claim: "data-postgres-0",
        snapshotDeadline: "60s",
        keep: 5,
        migration: {
          service: "api",
          command: ["shop", "migrate"],
          verify: ["shop", "status"],
          prints: "up to date",
          deadline: "60s",
        },
      },
    },
  };
}
