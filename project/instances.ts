import type { Settings } from "../config.ts";
import { type EnvironmentName, environmentNames } from "../release/environment.ts";
import type { RollingService } from "../release/rollingRules.ts";
import { type Capacity, instancesFor, instancesOf, type Standing, shareOf } from "../release/strategy/rolling.ts";

/** Where a rolling release stands, by the settings. */
export function standingOf({ live, share, room }: Settings): Standing {
  return { live, share, ...(room === undefined ? {} : { room }) };
}

/** Instances of a service in one environment: all that are wanted, or with `rolling` those that its share of the traffic takes. */
export function instancesIn(environment: EnvironmentName, service: string, settings: Settings): number {
  const wanted = settings.services[service]?.instances ?? 0;
  return settings.strategy.kind === "rolling" ? instancesOf(environment, standingOf(settings), wanted) : wanted;
}

/** What a gate before the switch asks of each side, where instances follow traffic: those that its share takes. */
export function neededIn(
  service: string,
  { live, share, services, strategy }: Settings,
): { readonly needed?: Readonly<Record<EnvironmentName, number>> } {
  if (strategy.kind !== "rolling") return {};
  const needed = (name: EnvironmentName) =>
    instancesFor(shareOf(name, { live, share }), services[service]?.instances ?? 0);
  return { needed: { blue: needed("blue"), green: needed("green") } };
}

/** How far each service may grow while a rolling release moves. */
export function capacitiesOf({ services, strategy }: Settings): Readonly<Record<string, Capacity>> {
  const { surge } = strategy.rolling;
  return Object.fromEntries(
    Object.entries(services).map(([name, { instances }]) => [
      name,
      {
        wanted: instances,
        surge: typeof surge === "number" ? surge : Math.ceil((instances * Number.parseInt(surge, 10)) / 100),
      },
    ]),
  );
}

/** What each service runs, for the rules of the transition; undefined where instances do not follow traffic. */
export function rollingFactsOf(settings: Settings): Readonly<Record<string, RollingService>> | undefined {
  if (settings.strategy.kind !== "rolling") return undefined;
  const deployed = environmentNames.filter((name) => settings[name] !== undefined);
  const runs = (name: EnvironmentName, service: string) =>
    deployed.includes(name) ? instancesIn(name, service, settings) : 0;
  return Object.fromEntries(
    Object.entries(capacitiesOf(settings)).map(([service, capacity]) => [
      service,
      { ...capacity, blue: runs("blue", service), green: runs("green", service) },
    ]),
  );
}
