import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KubeConfig, type V1Deployment } from "@kubernetes/client-node";
import { expect } from "vitest";
import { stringify } from "yaml";
import { type Answers, LoadGenerator, type Mark } from "../../rehearsal/load/client.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import type { Images } from "../../tools/containerProcess.ts";
import { freePort } from "../../tools/freePort.ts";
import { Follower } from "../../tools/kubernetes/follower.ts";
import { ensureToolchain } from "../../tools/toolchain.ts";
import { eventually } from "../processes.ts";
import { KubernetesShop } from "./kubernetesShop.ts";
import type { Config } from "./project.ts";
import { image } from "./simulatedAws.ts";

const program = fileURLToPath(new URL("fixtures/pod.mjs", import.meta.url));

/** How a version migrates the database: by Jobs of its image, whose words the follower's programs know. */
export const migratedByJobs = {
  service: "api",
  command: ["shop", "migrate"],
  verify: ["shop", "status"],
  prints: "up to date",
  deadline: "60s",
} as const;

/** The same, and how a version's migration is taken back. */
export const takenBackByJobs = {
  ...migratedByJobs,
  rollback: { command: ["shop", "back"], prints: "is missing" },
  deadline: "240s",
} as const;

interface Opened {
  /** Those that run; others have no image that can be pulled. */
  readonly versions: readonly string[];
  readonly unknown?: readonly string[];
  /** Whether users come through a Gateway's route; else by the live Service. */
  readonly routed: boolean;
  /** From the API's word until requests go by it, ms. */
  readonly lagMs: number;
  /** Laid over the settings of `kubernetes`. */
  readonly kubernetes?: Config;
  /** Address of the database that every version but the first migrates. */
  readonly database?: string;
  /** What runs in place of images that are none of the shop's own. */
  readonly others?: Images;
  /** Folders of this machine in place of PersistentVolumeClaims, by name. */
  readonly claims?: Readonly<Record<string, string>>;
  /** Makes what must be in the cluster before the first deployment. */
  readonly prepare?: (config: KubeConfig, namespace: string) => Promise<void>;
  /** Each fifth answer of these fails, but none that a smoke test or a probe asks for. */
  readonly failing?: readonly string[];
  /** Laid over the stack's settings. */
  readonly settings?: Config;
}

/**
 * A stack on a real control plane whose one service runs as processes of this machine: users' requests go to them as the API says, as late
 * as a cluster's proxies do, and each once. Its first version serves.
 */
export class FollowedShop {
  readonly shop: KubernetesShop;
  readonly follower: Follower;
  readonly config: KubeConfig;
  readonly #port: number;

  private constructor(shop: KubernetesShop, follower: Follower, config: KubeConfig, port: number) {
    this.shop = shop;
    this.follower = follower;
    this.config = config;
    this.#port = port;
  }

  static async open({
    versions,
    unknown = [],
    routed,
    lagMs,
    kubernetes = {},
    database,
    others = () => undefined,
    claims = {},
    prepare = async () => {},
    failing = [],
    settings = {},
  }: Opened): Promise<FollowedShop> {
    const { envoy } = await ensureToolchain({ want: ["envoy"] });
    const port = await freePort();
    const tests = { blue: await freePort(), green: await freePort() };
    const addresses = { blue: `http://127.0.0.1:${tests.blue}`, green: `http://127.0.0.1:${tests.green}` };
    const shop = await KubernetesShop.open({
      services: ["api"],
      versions: [...versions, ...unknown],
      pods: "left",
      settings: {
        live: "blue",
        blue: versions[0],
        services: { api: { port: 8080, instances: 2, drain: "2s" } },
        ...settings,
        kubernetes: {
          endpointDelay: "2s",
          gates: { deadline: "40s" },
          ...kubernetes,
          ...(routed ? { gateway: { name: "public" } } : {}),
          services: { api: { addresses, ...(routed ? { hosts: ["shop.example"] } : {}) } },
        },
      },
    });
    const { cluster, namespace, project } = shop;
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    await prepare(config, namespace);
    const follower = await Follower.start({
      config,
      namespace,
      images: (asked) => {
        const version = versions.find((one) => asked === image("api", one));
        return version === undefined ? others(asked) : { command: [process.execPath, program, version] };
      },
      claims,
      envoy: envoy.path,
      folder: join(project.folder, "envoys"),
      kubelet: cluster.kubelet,
      services: [
        routed
          ? { name: "shop-api", port, route: "shop-api", backends: ["shop-api-blue", "shop-api-green"] }
          : { name: "shop-api", port },
        { name: "shop-api-blue", port: tests.blue },
        { name: "shop-api-green", port: tests.green },
      ],
      delayMs: lagMs,
    });
    for (const [at, version] of versions.entries()) {
      const migrated = at === 0 ? undefined : database;
      const env = failing.includes(version) ? { FAIL_EVERY: "5" } : {};
      await project.write(`releases/${version}.yaml`, manifest(version, migrated, env));
    }
    await shop.succeed("up", "--skip-preview");
    return new FollowedShop(shop, follower, config, port);
  }

  /** Where users reach the service. */
  get address(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Users who send 40 requests a second, until they are stopped. @param longest seconds after which they end by themselves */
  users(longest = 400): Promise<LoadGenerator> {
    return LoadGenerator.start({
      targets: [{ name: "api", url: `http://127.0.0.1:${this.#port}`, weight: 1, paths: ["/"] }],
      ratePerSecond: 40,
      connections: 10,
      maxSeconds: longest,
      maxRequests: 40 * longest,
    });
  }

  /** What the reading back of the last update found. */
  async readBack() {
    return (await this.shop.project.resource("kubernetes:TrafficReadBack", "traffic-read-back"))?.outputs;
  }

  /** Pods that each side of its service is told to run. */
  async instances(): Promise<Readonly<Record<EnvironmentName, number>>> {
    const of = async (side: EnvironmentName) =>
      (await this.shop.get<V1Deployment>("deployment", `shop-api-${side}`)).spec?.replicas ?? 0;
    return { blue: await of("blue"), green: await of("green") };
  }

  async close(): Promise<void> {
    await this.shop.close();
    await this.follower.stop();
  }
}

/** Answers by version since a mark, once there are enough of them and none of them failed. */
export async function unharmedSince(
  load: LoadGenerator,
  mark: Mark,
  least = 50,
): Promise<Readonly<Record<string, Answers>>> {
  return eventually(`${least} answers`, async () => {
    const { total, byVersion, samples } = await load.since(mark);
    expect(total.failed, JSON.stringify(samples)).toBe(0);
    return total.requests >= least ? byVersion : undefined;
  });
}

/** Its smoke test asks the environment's own address, once. @param database address of what it migrates */
function manifest(version: string, database: string | undefined, env: Readonly<Record<string, string>>): string {
  const ask = `fetch(process.env.API_URL + "/health").then(async (it) => { const is = await it.text(); console.log(it.status, is); process.exit(is.trim() === process.env.EXPECT_VERSION ? 0 : 1); })`;
  const migrated = { tool: "sql", directory: "migrations" };
  return stringify({
    version,
    services: {
      api: {
        image: image("api", version),
        env: { ...env, ...(database === undefined ? {} : { DATABASE_URL: database }) },
      },
    },
    ...(database === undefined ? {} : { database: migrated }),
    smoke: { command: ["node", "-e", ask], timeout: "20s" },
  });
}
