import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { copyShop, type Places, repository, stackName } from "../project.ts";
import { shopImage, shopServices } from "./shopImages.ts";

export const namespace = "shop";
/** What the name of every object begins with. */
export const prefix = "shop";

export interface ClusterPorts {
  /** Where users reach each service. */
  readonly users: { readonly api: number; readonly web: number };
  /** Where tests reach each side. */
  readonly api: { readonly blue: number; readonly green: number };
  readonly web: { readonly blue: number; readonly green: number };
  readonly prometheus: number;
  readonly database: number;
}

const manifestShape = z.looseObject({
  version: z.string(),
  services: z.record(z.string(), z.looseObject({ env: z.record(z.string(), z.string()).optional() })),
  database: z.looseObject({ directory: z.string() }),
});

/** Makes the project of a team whose shop is on Kubernetes. @returns the folder of each version's migrations, absolute */
export function makeClusterProject(
  places: Places,
  { kubeconfig, ports }: { readonly kubeconfig: string; readonly ports: ClusterPorts },
): Record<string, string> {
  const pulumi = copyShop(places);
  const releases = join(places.project, "shop", "releases");
  const migrations: Record<string, string> = {};
  for (const file of readdirSync(releases)) {
    const manifest = manifestShape.parse(parse(readFileSync(join(releases, file), "utf8")));
    migrations[manifest.version] = join(releases, manifest.database.directory);
    writeFileSync(join(releases, file), stringify(onKubernetes(manifest)));
  }
  // Released, and in no registry.
  const nowhere = manifestShape.parse(parse(readFileSync(join(releases, "v1.1.1.yaml"), "utf8")));
  writeFileSync(
    join(releases, `${notInRegistry}.yaml`),
    stringify(onKubernetes({ ...nowhere, version: notInRegistry })),
  );
  if (!officialPluginThere()) {
    const path = join(relative(places.project, repository), "tools", "kubernetes");
    pulumi.addIn(["plugins", "providers"], { name: "kubernetes", path });
  }
  writeFileSync(join(places.project, "Pulumi.yaml"), pulumi.toString());
  writeFileSync(
    join(places.project, `Pulumi.${stackName}.yaml`),
    stringify({
      config: Object.fromEntries(settingsOf(kubeconfig, ports).map(([key, it]) => [`greenlight:${key}`, it])),
    }),
  );
  return migrations;
}

/** A version whose images nobody can pull. */
export const notInRegistry = "v1.9.9";

function onKubernetes(manifest: z.infer<typeof manifestShape>): object {
  const services = Object.fromEntries(
    shopServices.map((name) => [
      name,
      { image: shopImage(name, manifest.version), env: { ...manifest.services[name]?.env } },
    ]),
  );
  return { ...manifest, services };
}

/** Whether Pulumi has its own plugin for Kubernetes; else the stand-in of tools/kubernetes takes its place. */
export function officialPluginThere(home = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi")): boolean {
  const plugins = join(home, "plugins");
  return existsSync(plugins) && readdirSync(plugins).some((name) => /^resource-kubernetes-v\d/.test(name));
}

function settingsOf(kubeconfig: string, ports: ClusterPorts): [string, unknown][] {
  const at = (port: number) => `http://127.0.0.1:${port}`;
  const health = { path: "/health" };
  const addresses = (it: { blue: number; green: number }) => ({ blue: at(it.blue), green: at(it.green) });
  return [
    ["platform", "kubernetes"],
    ["live", "blue"],
    ["releases", "shop/releases"],
    ["checklist", { level: "none" }],
    [
      "services",
      Object.fromEntries(shopServices.map((name) => [name, { port: 8080, instances: 2, drain: "2s", health }])),
    ],
    ["thresholds", { errorRate: 0.01, errorFor: "12s", p95: "2s", p95For: "12s", minRequests: 50 }],
    ["watch", { for: "24s", every: "1s", smokeEvery: "10s" }],
    [
      "strategy",
      {
        kind: "blue-green",
        canary: { stages: [25, 100], bake: "20s", minRequests: 100 },
        rolling: { stages: [50, 100], bake: "20s", minRequests: 100, surge: 1 },
        patience: "60s",
      },
    ],
    [
      "kubernetes",
      {
        kubeconfig,
        namespace,
        name: prefix,
        gateway: { name: "public" },
        endpointDelay: "2s",
        gates: { deadline: "40s" },
        services: {
          api: { hosts: ["shop.example"], paths: ["/api"], addresses: addresses(ports.api) },
          web: { hosts: ["shop.example"], addresses: addresses(ports.web) },
        },
        prometheus: { url: at(ports.prometheus), ingress: "envoy", every: "4s", settle: "2s" },
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
    ],
  ];
}
