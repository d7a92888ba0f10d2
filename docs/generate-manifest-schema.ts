/**
 * Writes release-manifest.schema.json, by which editors check and complete `releases/<version>.yaml`, from the shape in
 * release/manifestShape.ts:
 *
 *     node --import tsx docs/generate-manifest-schema.ts
 */
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { type Manifest, manifestSchema } from "../release/manifest.ts";

/** What an editor shows of each key. */
const meanings: Readonly<Record<keyof Manifest, string>> = {
  version: "The version; also the file's name.",
  commit: "The commit that is released, in full: evidence speaks of it.",
  features: "What is new, in words, for announcements and the report.",
  services: "The services of greenlight:services, each with a command, an image by digest, or both.",
  database: "How this version changes the database.",
  smoke: "The team's own smoke test, run against one environment's own address.",
  issues: "References of the issues that this release closes, such as #12 or SHOP-12.",
  evidence: "Files by item of the checklist; an item without any fails.",
  duration: "How long the whole plan takes; the change window must be long enough.",
  team: "Whose calendar holds: a team of greenlight:calendar.",
  communication: "Who is told: channels and names.",
  onCall: "Who is on call, and when they said that they know of this release.",
  downtime: "A planned downtime; without one the release must be free of it.",
  overrides: "Items set aside for once: who asks, who else approves, why, until when.",
};

interface Json {
  [key: string]: unknown;
}

/** The JSON Schema, as a text. A test compares the file with it. */
export function manifestJsonSchema(): string {
  const { $schema, ...shape } = forEditors(z.toJSONSchema(manifestSchema, { io: "input" })) as Json;
  const properties = Object.entries(shape.properties as Json).map(([key, it]) => [
    key,
    { description: Object.hasOwn(meanings, key) ? meanings[key as keyof Manifest] : undefined, ...(it as Json) },
  ]);
  const schema = {
    $schema,
    $comment: "Written by docs/generate-manifest-schema.ts from release/manifestShape.ts; change it there.",
    title: "Greenlight release manifest",
    ...shape,
    properties: Object.fromEntries(properties),
  };
  return `${JSON.stringify(schema, undefined, 2).replaceAll(/^.*\[\n[^[\]{}]+\]/gm, onOneLine)}\n`;
}

/** A list of plain values as the repository's formatter writes it. */
function onOneLine(list: string): string {
  const line = list.replaceAll(/\n\s*/g, " ").replace("[ ", "[").replace(" ]", "]");
  return line.length < 120 ? line : list;
}

/**
 * A manifest's scalars are text as written, so `errorRate: 0.01` is right, though an editor reads a number there. What a key must
 * look like is only checked of text, then; Greenlight itself checks all.
 */
function forEditors(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(forEditors);
  if (typeof schema !== "object" || schema === null) return schema;
  const { readOnly: _readOnly, propertyNames, ...rest } = schema as Json;
  const inner = Object.fromEntries(
    Object.entries(rest).map(([key, it]) => [key, key === "default" || key === "enum" ? it : forEditors(it)]),
  );
  const scalar = inner.type === "string" && inner.const === undefined && inner.enum === undefined;
  return {
    ...inner,
    ...(scalar ? { type: ["string", "number", "boolean"] } : {}),
    ...(propertyNames === undefined ? {} : { propertyNames }),
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(new URL("../release-manifest.schema.json", import.meta.url), manifestJsonSchema());
}
