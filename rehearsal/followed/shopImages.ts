import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type EnvironmentName, isEnvironmentName } from "../../release/environment.ts";
import type { Images } from "../../tools/containerProcess.ts";
import { tagVariable } from "../processes.ts";

export const shopServices = ["api", "web"] as const;
export type ShopService = (typeof shopServices)[number];

const tasks = fileURLToPath(new URL("task.mjs", import.meta.url));

/** The image of a service's version, by digest: no registry is asked, its name says what runs. */
export function shopImage(service: ShopService, version: string): string {
  const digest = createHash("sha256").update(`${service} ${version}`).digest("hex");
  return `registry.example/shop/${service}@sha256:${digest}`;
}

/** What a cluster or cloud gives containers besides what the manifest says. */
export interface ShopImagesSettings {
  /** Folder of the rehearsal's project. */
  readonly project: string;
  /** Versions whose images there are, with the folder of each one's migrations. */
  readonly versions: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  /** Address of the api in each environment, as the web of that environment reaches it. */
  readonly api: Readonly<Record<EnvironmentName, string>>;
}

/** The shop's own programs in the place of its images. What runs in neither environment migrates, or asks the database (task.mjs). */
export function shopImages({ project, versions, databaseUrl, api }: ShopImagesSettings): Images {
  const shop = join(project, "shop");
  return (image, labels = {}) => {
    for (const [version, migrations] of Object.entries(versions)) {
      const service = shopServices.find((it) => shopImage(it, version) === image);
      if (service === undefined) continue;
      const environment = environmentOf(labels);
      // What a killed rehearsal left is found by it.
      const base = { VERSION: version, DATABASE_URL: databaseUrl, [tagVariable]: project };
      if (environment === undefined) {
        return { command: [process.execPath, tasks, migrations], cwd: shop, env: base };
      }
      const node = [process.execPath, "--max-old-space-size=64", "--max-semi-space-size=1"] as const;
      return {
        command: [...node, join(shop, service, "server.js")],
        cwd: shop,
        env: { ...base, ENVIRONMENT: environment, API_URL: api[environment] },
      };
    }
    return undefined;
  };
}

/** Of a pod by its label, of a task by the service that it belongs to. */
function environmentOf(labels: Readonly<Record<string, string>>): EnvironmentName | undefined {
  const side = labels["greenlight/environment"] ?? /^service:[a-z]+-(blue|green)-/.exec(labels.group ?? "")?.[1];
  return isEnvironmentName(side) ? side : undefined;
}
