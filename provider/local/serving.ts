import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type EnvironmentName, environmentNames, servesAll, type Weights } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { EnvoyAdmin } from "./envoy/admin.ts";
import { readWeights } from "./envoy/runtimeLayer.ts";
import { folder } from "./folder.ts";
import { type PlatformFacts, platformFacts } from "./platformFacts.ts";

/** What serves users now, read from the proxy, with the time of the reading. */
export interface Serving {
  readonly readAt: Date;
  /** Weights per service; nothing for a service without any. */
  readonly weights: Readonly<Record<string, Weights | undefined>>;
  /** The environment that takes all traffic of all services, if one does. */
  readonly environment: EnvironmentName | undefined;
  readonly healthy: Readonly<Record<string, Record<EnvironmentName, { healthy: number; of: number }>>>;
}

/** What the stack's folder says about its platform; nothing before the first deployment. */
export function readPlatform(dir: string): PlatformFacts | undefined {
  try {
    return platformFacts.parse(JSON.parse(readFileSync(folder(dir).platform, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Problem({
      happened: "The record of the platform cannot be read.",
      where: folder(dir).platform,
      untouched: "Nothing was changed.",
      next: "run `pulumi refresh` and `pulumi up`: they write it anew",
      cause: error,
    });
  }
}

/** Asks the proxy. Throws a problem when it does not answer: what serves is then unknown, never assumed. */
export async function readServing(facts: PlatformFacts): Promise<Serving> {
  const admin = new EnvoyAdmin(facts.listen, facts.adminPort);
  const names = facts.services.map((service) => service.name);
  const weights = await admin.allWeights(names);
  const all = names.map((name) => weights[name]);
  const first = all[0];
  const agree = first !== undefined && all.every((it) => isDeepStrictEqual(it, first));
  const healthy = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => {
        const [blue, green] = await Promise.all(environmentNames.map((it) => admin.healthy(name, it)));
        const none = { healthy: 0, of: 0 };
        return [name, { blue: blue ?? none, green: green ?? none }] as const;
      }),
    ),
  );
  return { readAt: new Date(), weights, environment: agree ? servesAll(first) : undefined, healthy };
}

/** Whether users were ever served by this stack, by the weights on disk, which outlive every process. */
export function everServed(dir: string): boolean {
  return servingOnDisk(dir).length > 0;
}

/** Environments with a share of any service's traffic, by the weights on disk, which outlive every process. */
export function servingOnDisk(dir: string): EnvironmentName[] {
  const services = readPlatform(dir)?.services ?? [];
  const weights = services.map(({ name }) => readWeights(folder(dir).envoy, name));
  return environmentNames.filter((environment) => weights.some((it) => (it?.[environment] ?? 0) > 0));
}
