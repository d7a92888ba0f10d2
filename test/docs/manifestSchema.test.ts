import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { manifestJsonSchema } from "../../docs/generate-manifest-schema.ts";
import { manifestSchema } from "../../release/manifest.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const schema: z.core.JSONSchema.JSONSchema = JSON.parse(manifestJsonSchema());
/** The schema as an editor reads a manifest: by YAML's own types of scalars. */
const editor = z.fromJSONSchema(schema);
const takes = (text: string) => editor.safeParse(parse(text)).success;

const least = "version: v1\nservices: { api: { command: [node] } }\nsmoke: { command: [node] }\n";

it("release-manifest.schema.json is what the shape says; `node --import tsx docs/generate-manifest-schema.ts` writes it", () => {
  expect(readFileSync(new URL("../../release-manifest.schema.json", import.meta.url), "utf8")).toBe(
    manifestJsonSchema(),
  );
});

describe("an editor", () => {
  const manifests = ["examples/shop/releases", "examples/own-service/releases"].flatMap((folder) =>
    readFolder(folder).map((file) => [file]),
  );
  it.each(manifests)("has nothing to say against %s", (file) => {
    expect(editor.safeParse(parse(readFileSync(`${root}/${file}`, "utf8"))).error?.issues).toBeUndefined();
  });

  it("takes numbers where Greenlight takes the text that was written", () => {
    expect(
      takes(
        `${least}evidence: { tests/performance: { files: [k6.json], targets: { p95: 300ms, errorRate: 0.01 } } }\n`,
      ),
    ).toBe(true);
    expect(takes(least.replace("v1", "1.10"))).toBe(true);
    expect(takes(`${least}issues: [12]\n`)).toBe(true);
  });

  it.each([
    ["an unknown key", `${least}servises: {}\n`],
    ["an unknown item of evidence", `${least}evidence: { tests/unti: { files: [a.xml] } }\n`],
    ["an image without digest", least.replace("command: [node] } }", "image: api:latest } }")],
    ["no services", "version: v1\nsmoke: { command: [node] }\n"],
    ["a short commit", `${least}commit: 3f1c\n`],
    ["a database without a known tool", `${least}database: { tool: liquid }\n`],
  ])("marks %s", (_, text) => {
    expect(takes(text)).toBe(false);
  });

  it("shows what each key means", () => {
    const keys = Object.entries(schema.properties ?? {});
    expect(keys.map(([key]) => key)).toEqual(Object.keys(manifestSchema.unwrap().shape));
    for (const [key, it] of keys) expect(typeof it === "object" ? it.description?.length : 0, key).toBeGreaterThan(20);
  });
});

function readFolder(folder: string): string[] {
  return readdirSync(`${root}/${folder}`)
    .filter((it) => it.endsWith(".yaml"))
    .map((it) => `${folder}/${it}`);
}
