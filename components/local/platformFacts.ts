import type { Settings } from "../../config.ts";
import type { PlatformFacts } from "../../provider/local/platformFacts.ts";
import { loopback } from "../../provider/local/ports.ts";
import { portPlan } from "./portPlan.ts";

/** The platform as the settings lay it out: services, ports and database, for commands that run without the engine. */
export function platformFactsOf(stack: string, settings: Settings, plan = portPlan(settings)): PlatformFacts {
  return {
    stack,
    listen: loopback,
    adminPort: plan.admin,
    services: Object.entries(settings.services).map(([name, it]) => ({
      name,
      port: it.port,
      healthPath: it.health.path,
      instances: { blue: plan.services[name]?.blue ?? [], green: plan.services[name]?.green ?? [] },
      direct: plan.services[name]?.direct ?? { blue: 0, green: 0 },
    })),
    ...(plan.database === undefined || settings.database === undefined
      ? {}
      : { database: { port: plan.database, name: settings.database.name, user: settings.database.user } }),
  };
}
