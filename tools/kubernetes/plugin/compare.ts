import { isDeepStrictEqual } from "node:util";
import type { Bag } from "../../plugin/provider.ts";
import { isBag } from "../../plugin/values.ts";

/** True when everything that is wanted is there. What is there beyond is others' and the server's own. */
export function holds(has: unknown, want: unknown): boolean {
  if (want === undefined || want === null) return true;
  if (isBag(want))
    return isBag(has) ? Object.entries(want).every(([key, value]) => holds(has[key], value)) : isEmpty(want);
  if (Array.isArray(want)) {
    if (!Array.isArray(has)) return want.length === 0;
    return has.length === want.length && want.every((item, index) => holds(has[index], item));
  }
  return has === want;
}

/** What was wanted as it is now: the same properties, with the values that they have. */
export function asItIs(has: unknown, want: unknown): unknown {
  if (has === undefined) return want;
  if (isBag(want) && isBag(has)) {
    return Object.fromEntries(Object.entries(want).map(([key, value]) => [key, asItIs(has[key], value)]));
  }
  if (Array.isArray(want) && Array.isArray(has) && want.length === has.length) {
    return want.map((item, index) => asItIs(has[index], item));
  }
  return has;
}

const told = ["resourceVersion", "generation", "managedFields", "creationTimestamp", "uid", "selfLink"];

/** Properties at the top in which two answers of the server differ, but for what it counts by itself. */
export function differing(first: Bag, second: Bag): string[] {
  const [a, b] = [meant(first), meant(second)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !isDeepStrictEqual(a[key], b[key]));
}

function meant(object: Bag): Bag {
  const { status: _, ...rest } = object;
  return { ...rest, metadata: withoutTold(rest.metadata) };
}

/** An object as the state keeps it. Who manages which field is the server's, and longer than all the rest. */
export function asState(object: Bag): Bag {
  const metadata = isBag(object.metadata) ? { ...object.metadata } : {};
  delete metadata.managedFields;
  return { ...object, metadata };
}

/** What an import takes for the program's inputs. */
export function asInputs(object: Bag): Bag {
  const { status: _, ...rest } = object;
  return { ...rest, metadata: withoutTold(rest.metadata) };
}

function withoutTold(metadata: unknown): Bag {
  if (!isBag(metadata)) return {};
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !told.includes(key)));
}

function isEmpty(value: Bag): boolean {
  return Object.values(value).every((item) => item === undefined || item === null || (isBag(item) && isEmpty(item)));
}
