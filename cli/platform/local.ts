import { firingAlarms, instancesHealth } from "../../project/liveHealth.ts";
import { countFromNow } from "../../provider/local/count.ts";
import { EnvoyAdmin } from "../../provider/local/envoy/admin.ts";
import { readCounters } from "../../provider/local/envoy/metrics.ts";
import { weightsWrittenAt } from "../../provider/local/envoy/runtimeLayer.ts";
import { folder } from "../../provider/local/folder.ts";
import { readRecords } from "../../provider/local/instanceRecord.ts";
import { moveTraffic } from "../../provider/local/moveTraffic.ts";
import type { PlatformFacts } from "../../provider/local/platformFacts.ts";
import { accepts } from "../../provider/local/ports.ts";
import { readPlatform, readServing } from "../../provider/local/serving.ts";
import { type EnvironmentName, weightsFor } from "../../release/environment.ts";
import type { Context } from "../context.ts";
import { thresholdsInForce } from "../watch/local/thresholdsInForce.ts";
import type { Platform } from "./platform.ts";

/** The platform on this machine, with the addresses that only it has. */
export interface LocalPlatform extends Platform {
  readonly name: "local";
  readonly facts: PlatformFacts;
}

/** The local platform of a stack; nothing before its first deployment. */
export function findLocalPlatform(context: Context): LocalPlatform | undefined {
  const facts = readPlatform(context.dir);
  if (facts === undefined) return undefined;
  const services = facts.services.map(({ name }) => name);
  const runningIn = (environment: EnvironmentName) => {
    const alive = readRecords(context.dir).filter((it) => it.alive && it.environment === environment);
    return [...new Set(alive.map((it) => it.version))];
  };
  const platform: LocalPlatform = {
    name: "local",
    facts,
    services,
    serving: () => readServing(facts),
    running: async () => ({ blue: runningIn("blue"), green: runningIn("green") }),
    async healthy(environment) {
      const counts = Object.values((await readServing(facts)).healthy).map((it) => it[environment]);
      return {
        healthy: counts.reduce((sum, it) => sum + it.healthy, 0),
        of: counts.reduce((sum, it) => sum + it.of, 0),
      };
    },
    async health(environment, signal, withinMs) {
      const settings = context.settings();
      const answers = await instancesHealth({ facts, settings, environment, signal, withinMs });
      return services.map((service) => {
        const own = answers.filter((it) => it.service === service);
        const sick = own.filter(({ healthy }) => !healthy);
        return {
          service,
          healthy: own.length - sick.length,
          of: own.length,
          sick: sick.map(({ port, says }) => `${service} on port ${port} is not healthy: ${says}`),
        };
      });
    },
    async readiness(environment) {
      const running = runningIn(environment);
      if (running.length === 1) return { ready: true, says: undefined };
      const says =
        running.length === 0
          ? `There is no way back: nothing runs in ${environment}.`
          : `${environment} runs several versions at once (${running.join(", ")}), so it is not clear what would serve.`;
      return { ready: false, says };
    },
    async moveTraffic(to) {
      const place = { dir: context.dir, listen: facts.listen, adminPort: facts.adminPort, services };
      // Not bound to the caller's signal: once begun, the way back is finished.
      return moveTraffic(place, weightsFor(to), new AbortController().signal);
    },
    movedAt: () => weightsWrittenAt(folder(context.dir).envoy),
    async troubles(environment, signal) {
      const settings = context.settings();
      // An alarm that fires before the start is a no-go: the candidate would be blamed for it, or hide it.
      const firing = await firingAlarms({ facts, settings, environment, signal });
      return [...firing.map(({ says }) => says), ...(await databaseFaults(facts))];
    },
    count: () => countFromNow((side) => readCounters(new EnvoyAdmin(facts.listen, facts.adminPort), services, side)),
    thresholds: () => thresholdsInForce(context.dir),
    async observer(args) {
      const { openLocalObserver } = await import("../watch/local/openObserver.ts");
      return openLocalObserver(context, platform, args);
    },
    addresses: (environment) =>
      Object.fromEntries(
        facts.services.map((service) => [service.name, `http://${facts.listen}:${service.direct[environment]}`]),
      ),
  };
  return platform;
}

async function databaseFaults({ database, listen }: PlatformFacts): Promise<string[]> {
  if (database === undefined || (await accepts(listen, database.port))) return [];
  return [`the database does not accept connections on port ${database.port}`];
}
