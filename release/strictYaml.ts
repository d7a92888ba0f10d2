import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

/** Where something stands in a file, both 1-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something in a YAML text that we do not take. */
export interface YamlFault extends Place {
  readonly path: readonly (string | number)[];
  readonly happened: string;
}

/** A YAML text read strictly. `value` is only there without faults; all its scalars are text, exactly as written. */
export interface StrictYaml {
  readonly value: unknown;
  readonly faults: readonly YamlFault[];
  /** The key or list item at a path, or the nearest one around it that exists. */
  placeOf(path: readonly PropertyKey[]): Place;
}

/** Limits on a YAML text. */
export const yamlLimits = { bytes: 256 * 1024, depth: 20, aliases: 20, faults: 20 } as const;

const refusedKeys = new Set(["__proto__", "prototype", "constructor"]);

/**
 * Reads YAML without its surprises. Numbers, booleans and nulls stay the text that was written (`version: 1.10` is "1.10", a commit of
 * digits stays one). Refused: duplicate keys, names that reach into JavaScript's prototypes, tags, directives, several documents,
 * text over 256 KiB, nesting over 20, more than 20 aliases.
 */
export function readStrictYaml(text: string): StrictYaml {
  const lines = new LineCounter();
  const faults: YamlFault[] = [];
  const places = new Map<string, Place>();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const fault = (offset: number, path: readonly (string | number)[], happened: string): void => {
    if (faults.length < yamlLimits.faults) faults.push({ ...placeAt(offset), path, happened });
  };
  const placeOf = (path: readonly PropertyKey[]): Place => {
    for (let length = path.length; length > 0; length--) {
      const place = places.get(placeKey(path.slice(0, length)));
      if (place !== undefined) return place;
    }
    return { line: 1, column: 1 };
  };

  if (Buffer.byteLength(text) > yamlLimits.bytes) {
    return {
      value: undefined,
      faults: [{ line: 0, column: 0, path: [], happened: "the file is larger than 256 KiB" }],
      placeOf,
    };
  }
  // Pretty errors and the library's own duplicate check take quadratic time on hostile text.
  const document = parseDocument(text, {
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
    lineCounter: lines,
  });
  for (const error of [...document.errors, ...document.warnings].slice(0, yamlLimits.faults)) {
    fault(error.pos[0], [], error.message.split("\n")[0] ?? error.code);
  }
  if (document.directives?.yaml.explicit === true) fault(0, [], "YAML directives (%YAML) are not taken");

  let aliases = 0;
  const walk = (node: Node | null, path: readonly (string | number)[]): void => {
    if (node === null) return;
    const at = node.range?.[0] ?? 0;
    if (path.length > yamlLimits.depth) {
      fault(at, path, `nested deeper than ${yamlLimits.depth} levels`);
    } else if (isAlias(node)) {
      aliases += 1;
      if (aliases === yamlLimits.aliases + 1) fault(at, path, `more than ${yamlLimits.aliases} aliases`);
    } else if (isMap(node)) {
      const seen = new Set<string>();
      for (const pair of node.items) {
        const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
        const keyAt = (pair.key as Node | null)?.range?.[0] ?? at;
        if (key === undefined) {
          fault(keyAt, path, "a key that is not plain text");
          continue;
        }
        const inner = [...path, key];
        if (seen.has(key)) fault(keyAt, inner, "this key stands here a second time");
        else if (refusedKeys.has(key)) fault(keyAt, inner, "this name is not taken as a key");
        else places.set(placeKey(inner), placeAt(keyAt));
        seen.add(key);
        walk(pair.value as Node | null, inner);
      }
    } else if (isSeq(node)) {
      node.items.forEach((item, index) => {
        const inner = [...path, index];
        places.set(placeKey(inner), placeAt((item as Node).range?.[0] ?? at));
        walk(item as Node, inner);
      });
    }
  };
  walk(document.contents, []);
  if (faults.length > 0) return { value: undefined, faults, placeOf };
  try {
    return { value: document.toJS({ maxAliasCount: 4 * yamlLimits.aliases }), faults, placeOf };
  } catch (error) {
    fault(0, [], error instanceof Error ? error.message : String(error));
    return { value: undefined, faults, placeOf };
  }
}

function placeKey(path: readonly PropertyKey[]): string {
  return JSON.stringify(path.map(String));
}
