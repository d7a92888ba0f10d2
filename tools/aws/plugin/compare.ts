import { holdsUnknown, isBag } from "../../plugin/values.ts";
import type { AnyKind, Bag } from "./kind.ts";

/** Inputs that differ from the state, as the official provider compares them: what is empty, false or 0 is like absent. */
export function changedInputs(kind: AnyKind, state: Bag, wanted: Bag): string[] {
  return Object.keys(kind.inputs.shape).filter((property) => {
    const want = wanted[property];
    const has = state[property];
    if (holdsUnknown(want)) return true;
    if (isAbsent(want) && kind.computed?.includes(property)) return false;
    if (same(kind, property, has, want)) return false;
    return kind.same?.(property, has, want) !== true;
  });
}

function same(kind: AnyKind, path: string, has: unknown, want: unknown): boolean {
  if (isEmpty(has) && isEmpty(want)) return true;
  if (Array.isArray(has) && Array.isArray(want)) {
    if (has.length !== want.length) return false;
    if (kind.ordered?.includes(path)) return want.every((item, index) => same(kind, path, has[index], item));
    const left = [...has];
    return want.every((item) => {
      const at = left.findIndex((candidate) => same(kind, path, candidate, item));
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
  }
  if (isBag(has) && isBag(want)) {
    return [...new Set([...Object.keys(has), ...Object.keys(want)])].every((key) => {
      const further = `${path}.${key}`;
      return (isAbsent(want[key]) && kind.computed?.includes(further)) || same(kind, further, has[key], want[key]);
    });
  }
  if (typeof has === "string" && typeof want === "string") return has === want || sameJson(has, want);
  return has === want;
}

/** Policies and dashboards: the same JSON, however it is spaced. */
function sameJson(has: string, want: string): boolean {
  const first = /^\s*[[{]/;
  if (!first.test(has) || !first.test(want)) return false;
  try {
    return sorted(JSON.parse(has)) === sorted(JSON.parse(want));
  } catch {
    return false;
  }
}

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
  if (!isBag(value)) return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${sorted(value[key])}`)
    .join()}}`;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isBag(value) && Object.values(value).every(isEmpty);
}
