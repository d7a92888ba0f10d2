import type { Settings } from "../../config.ts";
import { instancesIn } from "../../project/instances.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";

/** Which port everything of a stack listens on; the same settings always give the same plan. */
export interface PortPlan {
  readonly admin: number;
  readonly database: number | undefined;
  readonly services: Readonly<
    Record<
      string,
      {
        readonly direct: { readonly blue: number; readonly green: number };
        readonly blue: number[];
        readonly green: number[];
      }
    >
  >;
}

/** Gives out ports from `settings.ports` on, in the order of the services; refuses when one is taken twice. */
export function portPlan(settings: Settings): PortPlan {
  const named = new Map(Object.entries(settings.services).map(([name, it]) => [it.port, `services.${name}.port`]));
  if (settings.database?.port !== undefined) named.set(settings.database.port, "database.port");
  let next = settings.ports;
  const take = () => {
    const port = next++;
    const clash = named.get(port);
    if (clash !== undefined || port > 65535) {
      throw new Problem({
        happened:
          clash === undefined
            ? `Ports from greenlight:ports ${settings.ports} on run past 65535.`
            : `Port ${port} of greenlight:${clash} lies in the range that greenlight:ports ${settings.ports} opens.`,
        where: "Pulumi.<stack>.yaml",
        untouched: "Nothing was changed.",
        next: "choose another first port with greenlight:ports",
        exitCode: exitCodes.usage,
      });
    }
    return port;
  };
  const admin = take();
  const ownDatabase = take();
  const services = Object.fromEntries(
    Object.entries(settings.services).map(([name, it]) => {
      const direct = { blue: take(), green: take() };
      // Each instance keeps its port, however many run now.
      const instances = (environment: EnvironmentName) =>
        Array.from({ length: it.instances }, take).slice(0, instancesIn(environment, name, settings));
      return [name, { direct, blue: instances("blue"), green: instances("green") }];
    }),
  );
  return {
    admin,
    database: settings.database === undefined ? undefined : (settings.database.port ?? ownDatabase),
    services,
  };
}
