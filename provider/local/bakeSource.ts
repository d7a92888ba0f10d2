import type { EnvironmentName } from "../../release/environment.ts";
import type { BakeSourceOn, OpenBakeSource } from "../gates/bakeSource.ts";
import { countFromNow } from "./count.ts";
import { EnvoyAdmin } from "./envoy/admin.ts";
import { readCounters } from "./envoy/metrics.ts";

/** The proxy's counters and health checks. */
export function openProxy(
  { listen, adminPort }: BakeSourceOn<"local">,
  services: readonly string[],
  environment: EnvironmentName,
): OpenBakeSource {
  const admin = new EnvoyAdmin(listen, adminPort);
  return {
    observer: {
      async look() {
        const [counters, states] = await Promise.all([
          readCounters(admin, services, environment),
          Promise.all(
            services.map((service) => admin.healthy(service, environment).catch(() => ({ healthy: 0, of: 1 }))),
          ),
        ]);
        return {
          at: Date.now(),
          services: counters,
          health: {
            healthy: states.reduce((sum, state) => sum + state.healthy, 0),
            of: states.reduce((sum, state) => sum + state.of, 0),
          },
        };
      },
      async settle() {
        // No smoke test runs beside it.
      },
      newPatterns: [],
      database: undefined,
    },
    count: () => countFromNow((side) => readCounters(admin, services, side)),
    serving: async () => ({ weights: await admin.allWeights(services) }),
    async close() {
      // Each question to the proxy has a connection of its own.
    },
  };
}
