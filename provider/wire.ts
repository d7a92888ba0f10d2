/** Marks that the engine puts around values on the wire: secrets, and values unknown in a preview. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const unknownValues = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331bab",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A value that a preview does not know yet. */
export const unknown: unique symbol = Symbol("unknown until the update runs");

export interface Decoded {
  readonly values: Record<string, unknown>;
  /** Top-level properties that hold a secret anywhere inside. */
  readonly secrets: ReadonlySet<string>;
  /** Top-level properties that hold an unknown anywhere inside. */
  readonly unknowns: ReadonlySet<string>;
}

/** Takes the marks off a property bag and says where they were. */
export function decode(bag: Record<string, unknown>): Decoded {
  const secrets = new Set<string>();
  const unknowns = new Set<string>();
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(bag)) {
    if (key.startsWith("__")) continue;
    values[key] = strip(
      value,
      () => secrets.add(key),
      () => unknowns.add(key),
    );
  }
  return { values, secrets, unknowns };
}

/** Puts the secret mark around the named top-level properties. */
export function encode(values: object, secrets: Iterable<string>): Record<string, unknown> {
  const marked = new Set(secrets);
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, marked.has(key) ? { [signatureKey]: secretSignature, value } : value]),
  );
}

function strip(value: unknown, onSecret: () => void, onUnknown: () => void): unknown {
  if (typeof value === "string" && unknownValues.has(value)) {
    onUnknown();
    return unknown;
  }
  if (Array.isArray(value)) return value.map((item) => strip(item, onSecret, onUnknown));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const signature = entries.find(([key]) => key === signatureKey)?.[1];
  if (signature === secretSignature || signature === outputSignature) {
    const inner = entries.find(([key]) => key === "value");
    if (signature === secretSignature || entries.some(([key, on]) => key === "secret" && on === true)) onSecret();
    if (inner === undefined) {
      onUnknown();
      return unknown;
    }
    return strip(inner[1], onSecret, onUnknown);
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, strip(item, onSecret, onUnknown)]));
}
