import type { Bag } from "../../plugin/provider.ts";
import { at, isBag } from "../../plugin/values.ts";
import { useOfficial } from "./settings.ts";

/**
 * Of the paths that a program says to overlook, those whose field is there and which another manager than ours has. The official plugin
 * leaves them out of what it applies, and keeps the others: a field that only we manage would go, were it left out.
 */
export function takenBeside(manager: string, ignored: readonly string[], now: Bag): string[] {
  const managers = at(now, "metadata.managedFields");
  const others = Array.isArray(managers) ? managers.filter((it) => isBag(it) && it.manager !== manager) : [];
  return ignored.filter((path) => {
    const managed = keysOf(path).map((key) => `f:${key}`);
    return at(now, path) !== undefined && others.some(({ fieldsV1 }) => at(fieldsV1, managed.join(".")) !== undefined);
  });
}

/** What was said, but for these paths. */
export function without(said: Bag, paths: readonly string[]): Bag {
  return paths.reduce((rest, path) => withoutOne(rest, keysOf(path)), said);
}

function withoutOne(said: Bag, [key = "", ...further]: readonly string[]): Bag {
  if (!Object.hasOwn(said, key)) return said;
  const { [key]: here, ...others } = said;
  if (further.length === 0) return others;
  return isBag(here) ? { ...said, [key]: withoutOne(here, further) } : said;
}

function keysOf(path: string): string[] {
  if (/^[A-Za-z0-9]+(\.[A-Za-z0-9]+)*$/.test(path)) return path.split(".");
  throw new Error(
    `Greenlight's stand-in for the kubernetes plugin knows ignoreChanges by names with dots between them, not ${path}. ${useOfficial}`,
  );
}
