import type { Settings } from "../../config.ts";
import { stickyFaults, stickyKindFaults } from "../stickyFaults.ts";

/** What is wrong with the settings of a stack on this machine, a line each. @param given the keys that the stack file has */
export function localFaults(settings: Settings, _given: ReadonlySet<string>, namespace: string): string[] {
  const of = (key: string) => `${namespace}:${key}`;
  return [...portFaults(settings, of), ...stickyFaults(settings, of), ...stickyKindFaults(settings, of)];
}

function portFaults(settings: Settings, of: (key: string) => string): string[] {
  const used = new Map<number, string>();
  const faults: string[] = [];
  const take = (number: number, who: string) => {
    const before = used.get(number);
    if (before !== undefined) faults.push(`${of(who)} is ${number}, which ${before} has already`);
    used.set(number, of(who));
  };
  for (const [name, it] of Object.entries(settings.services)) take(it.port, `services.${name}.port`);
  if (settings.database?.port !== undefined) take(settings.database.port, "database.port");
  return faults;
}
