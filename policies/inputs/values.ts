/** An input as a group of keys; empty when it is none. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** An input as a list; empty when it is none. Its items are read later, for a preview may not know each. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An input as text; undefined when it is none. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
