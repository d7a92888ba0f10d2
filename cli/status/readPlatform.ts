import type { Settings } from "../../config.ts";
import { askHealth, type HealthQuestion } from "../../provider/gates/health.ts";
import { EnvoyAdmin } from "../../provider/local/envoy/admin.ts";
import { readCounters } from "../../provider/local/envoy/metrics.ts";
import type { readRecords } from "../../provider/local/instanceRecord.ts";
import type { PlatformFacts } from "../../provider/local/platformFacts.ts";
import type { Serving } from "../../provider/local/serving.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import type { EnvironmentStatus, HealthStatus } from "./status.ts";

/** An instance that does not answer within this is not healthy, ms. */
const healthTimeout = 1_000;

type Records = ReturnType<typeof readRecords>;

/** One side: its processes as recorded, its share of traffic and its counters. */
export async function readEnvironment(
  environment: EnvironmentName,
  records: Records,
  serving: Serving | undefined,
  facts: PlatformFacts | undefined,
): Promise<EnvironmentStatus> {
  const own = records.filter((it) => it.environment === environment);
  const alive = own.filter((it) => it.alive);
  const shares = new Set(Object.values(serving?.weights ?? {}).map((weights) => weights?.[environment]));
  const [share] = shares;
  const counted = serving === undefined || facts === undefined ? undefined : await countRequests(facts, environment);
  return {
    versions: [...new Set(alive.map((it) => it.version))].sort(),
    alive: alive.length,
    recorded: own.length,
    dead: own.filter((it) => !it.alive).map((it) => it.name),
    share: shares.size === 1 ? (share ?? null) : null,
    requests: counted?.requests ?? null,
    errors: counted?.errors ?? null,
  };
}

/** Asks every instance of the given environments for its health, all at once. */
export async function askEnvironments(
  facts: PlatformFacts,
  environments: readonly EnvironmentName[],
  settings: Settings | undefined,
  signal: AbortSignal,
): Promise<HealthStatus> {
  const answers = await Promise.all(
    environments.flatMap((environment) =>
      facts.services.flatMap((service) =>
        service.instances[environment].map(async (port) => {
          const address = `http://${facts.listen}:${port}`;
          const question = questionOf(settings, service.name) ?? { path: service.healthPath, status: 200 };
          const answer = await askHealth(address, question, healthTimeout, signal);
          return { service: service.name, environment, address, ...answer };
        }),
      ),
    ),
  );
  return { healthy: answers.filter((it) => it.good).length, of: answers.length, answers };
}

function questionOf(settings: Settings | undefined, service: string): HealthQuestion | undefined {
  const health = settings?.services[service]?.health;
  if (health === undefined) return undefined;
  const { path, status, body, json } = health;
  return { path, status, ...(body === undefined ? {} : { body }), ...(json === undefined ? {} : { json }) };
}

async function countRequests(
  facts: PlatformFacts,
  environment: EnvironmentName,
): Promise<{ requests: number; errors: number } | undefined> {
  const names = facts.services.map(({ name }) => name);
  const counters = Object.values(await readCounters(new EnvoyAdmin(facts.listen, facts.adminPort), names, environment));
  let requests = 0;
  let errors = 0;
  for (const it of counters) {
    if ("unreadable" in it) return undefined;
    requests += it.requests;
    errors += it.errors;
  }
  return { requests, errors };
}
