import { deployKubernetes } from "../../../components/kubernetes/platform.ts";
import { readSettings } from "../../../config.ts";
import type { ProjectManifest } from "../../../project/readManifest.ts";
import { type Manifest, manifestSchema } from "../../../release/manifest.ts";
import { config } from "../aws/shop.ts";
import { record } from "../recorded.ts";

/** The digest of an image of a version: the same digit all through. */
export const digest = (version: string) => `sha256:${version.replace(/\D/g, "").slice(-1).repeat(64)}`;

/** The manifest of a version of the shop as Kubernetes takes it. */
export function manifest(version: string, database: Manifest["database"] = { tool: "none" }): ProjectManifest {
  return {
    manifest: {
      ...manifestSchema.parse({
        version,
        services: {
          api: { image: `registry.example/api@${digest(version)}`, env: { LOG_LEVEL: "info", CURRENCY: "EUR" } },
          web: { image: `registry.example/web@${digest(version)}` },
        },
        smoke: { command: ["npm", "test"] },
      }),
      database,
    },
    digest: version.replace(/\D/g, "").padEnd(64, "0"),
    file: `releases/${version}.yaml`,
  };
}

/** The fewest settings of a stack on Kubernetes, as a stack file holds them. */
export const settings = {
  platform: "kubernetes",
  live: "blue",
  checklist: { level: "none" },
  services: { api: { port: 8080 }, web: { port: 3000, instances: 3, drain: "30s", health: { path: "/ready" } } },
  kubernetes: { namespace: "shop", name: "shop" },
} as const;

type Manifests = { blue?: ProjectManifest; green?: ProjectManifest };

/** What a stack on Kubernetes asks for. `kubernetes` is laid over the group of that name. */
export async function stack(
  manifests: Manifests,
  { kubernetes = {}, ...common }: { kubernetes?: Record<string, unknown> } & Record<string, unknown> = {},
) {
  const all: Record<string, unknown> = {
    ...settings,
    ...common,
    kubernetes: { ...settings.kubernetes, ...kubernetes },
  };
  for (const name of ["blue", "green"] as const) if (manifests[name]) all[name] = manifests[name].manifest.version;
  const read = readSettings(config(all));
  return record(() =>
    deployKubernetes({ stack: "prod", project: "/project", settings: read, manifests, checklist: { level: "none" } }),
  );
}
