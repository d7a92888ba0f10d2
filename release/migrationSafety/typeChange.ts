import type { ColumnType } from "./tree.ts";

const precise = new Set(["timestamp", "timestamptz", "time", "timetz"]);

/**
 * Whether PostgreSQL changes a column's type without writing the table anew or reading all of it: a longer varchar, varchar to text,
 * a numeric with more digits before the point. False for a type now that is not known.
 */
export function keepsRows(from: ColumnType | undefined, to: ColumnType | undefined): boolean {
  if (from === undefined || to === undefined || from.array !== to.array) return false;
  const same = from.name === to.name;
  if (same && from.modifiers.join() === to.modifiers.join()) return true;
  const [before] = from.modifiers;
  const [after] = to.modifiers;
  const unlimited = to.modifiers.length === 0;
  if (from.name === "varchar" && to.name === "text") return true;
  if (from.name === "text" && to.name === "varchar") return unlimited;
  if (from.name === "cidr" && to.name === "inet") return true;
  if (!same) return false;
  if (to.name === "varchar" || to.name === "varbit")
    return unlimited || (before !== undefined && after !== undefined && after >= before);
  if (to.name === "numeric") {
    const scales = (from.modifiers[1] ?? 0) === (to.modifiers[1] ?? 0);
    return unlimited || (before !== undefined && after !== undefined && after >= before && scales);
  }
  // Without one the precision is 6, the greatest.
  if (precise.has(to.name)) return (after ?? 6) >= (before ?? 6);
  return false;
}

/** A type as it is written. */
export function typeText(type: ColumnType | undefined): string {
  if (type === undefined) return "a type that is not known";
  const modifiers = type.modifiers.length === 0 ? "" : `(${type.modifiers.join(",")})`;
  return `${type.name}${modifiers}${type.array ? "[]" : ""}`;
}
