import { unknown } from "../../provider/wire.ts";
import type { Bag } from "./provider.ts";

export function isBag(value: unknown): value is Bag {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True where a preview does not know all of it yet. */
export function holdsUnknown(value: unknown): boolean {
  if (value === unknown) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return isBag(value) && Object.values(value).some(holdsUnknown);
}

/** What lies at a path of properties, such as `spec.selector`; nothing where the path ends before. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const key of path.split(".")) here = isBag(here) ? here[key] : undefined;
  return here;
}
