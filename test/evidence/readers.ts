import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { z } from "zod";

/** A sample as it lies beside the tests; README-api.md there says where it is from. */
export function sample(path: string): Buffer {
  return readFileSync(new URL(`./samples/${path}`, import.meta.url));
}

export function sampleJson(path: string) {
  return JSON.parse(sample(path).toString("utf8"));
}

/** What a reader must hold to whatever bytes it is given: facts of its own shape, or an error of one sentence. */
export function holdsToItsShape<S>(
  reader: (bytes: Buffer) => unknown,
  shape: z.ZodType<S> | undefined,
  samples: readonly string[],
): void {
  const tried = (bytes: Buffer) => {
    try {
      const read = reader(bytes);
      if (shape !== undefined) expect(shape.safeParse(JSON.parse(JSON.stringify(read))).error).toBeUndefined();
    } catch (error) {
      if (!(error instanceof Error) || error.name === "AssertionError") throw error;
      expect(error.constructor.name, error.stack).toBe("Error");
      expect(error.message).toMatch(/^[^\n]{3,1000}$/);
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  };

  it("refuses every JSON sample that is cut short", () => {
    for (const path of samples.filter((it) => it.endsWith(".json"))) {
      const whole = sample(path).toString("utf8").trimEnd();
      fc.assert(
        fc.property(fc.integer({ min: 1, max: whole.length - 1 }), (end) => {
          expect(() => reader(Buffer.from(whole.slice(0, end)))).toThrow(/cut short|not JSON/);
        }),
        { numRuns: 40 },
      );
    }
  });

  it("says in one sentence what it does not understand of bytes that were changed", () => {
    for (const path of samples) {
      const whole = sample(path);
      const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }));
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          tried(bytes);
        }),
        { numRuns: 60 },
      );
    }
  });

  it("holds to its shape when any part of a sample is replaced by any other value", () => {
    for (const path of samples.filter((it) => it.endsWith(".json"))) {
      const places = placesIn(sampleJson(path)).slice(0, 3_000);
      fc.assert(
        fc.property(fc.nat(places.length - 1), fc.jsonValue({ maxDepth: 3 }), (index, value) => {
          const copy = sampleJson(path);
          replace(copy, places[index] ?? [], value);
          tried(Buffer.from(JSON.stringify(copy)));
        }),
        { numRuns: 120 },
      );
    }
  });

  it("takes any bytes, any JSON and keys that name an object's own parts without harm", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => tried(Buffer.from(bytes))),
      { numRuns: 80 },
    );
    fc.assert(
      fc.property(fc.json(), (text) => tried(Buffer.from(text))),
      { numRuns: 80 },
    );
    for (const path of samples.filter((it) => it.endsWith(".json"))) {
      const text = sample(path).toString("utf8");
      tried(
        Buffer.from(text.replace("{", '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},')),
      );
    }
    for (const text of [
      "",
      "[]",
      "{}",
      "null",
      "[[]]",
      '"text"',
      "0",
      `${"[".repeat(5_000)}`,
      `${'{"data":'.repeat(500)}`,
    ]) {
      tried(Buffer.from(text));
    }
  });
}

type Path = readonly (string | number)[];

function placesIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [at];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const inner = keys.flatMap((key) => placesIn((value as Record<string | number, unknown>)[key], [...at, key]));
  return at.length === 0 ? inner : [at, ...inner];
}

function replace(value: unknown, path: Path, by: unknown): void {
  let inner = value as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) inner = inner[key] as Record<string | number, unknown>;
  const last = path.at(-1);
  if (last !== undefined) inner[last] = by;
}
