/**
 * Writes docs/settings.md from the shape in config.ts:
 *
 *     node --import tsx docs/generate-settings.ts
 */
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { settingsShape } from "../config.ts";

const node = z.looseObject({
  type: z.string().optional(),
  description: z.string().optional(),
  expected: z.string().optional(),
  /** What the names in a group of names are names of. */
  named: z.string().optional(),
  default: z.unknown().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), node).optional();
  },
  get additionalProperties() {
    return z.union([z.literal(false), node]).optional();
  },
});
type Node = z.infer<typeof node>;

/** The whole page. A test compares the file with it. */
export function settingsPage(): string {
  const shape = node.parse(z.toJSONSchema(settingsShape, { io: "input" }));
  return `<!-- Written by docs/generate-settings.ts from config.ts; change it there. -->
# Settings

A stack's settings are Pulumi configuration: keys of \`config\` in \`Pulumi.<stack>.yaml\`, each with the project's name
before it (\`greenlight:live\`, when \`Pulumi.yaml\` says \`name: greenlight\`). Groups are written below their key or in
braces:

\`\`\`yaml
config:
  greenlight:live: blue
  greenlight:blue: v1.0.0
  greenlight:services:
    api: { port: 8080, health: { path: /health } }
\`\`\`

\`pulumi config set --path greenlight:gates.deadline 90s\` sets one key of a group; a plain key, such as the switch, is
\`pulumi config set greenlight:live green\`.

A wrong or unknown key ends preview and update before anything is touched, with the key, what was found and what was
expected. Write a version in quotes where YAML would take it for a number: \`"1.10"\`. A duration is a whole number with
its unit (\`250ms\`, \`90s\`, \`5m\`, \`1h\`), at most 30 days.

| Key | Value | Default | Meaning |
|---|---|---|---|
${rows(shape, []).join("\n")}
`;
}

function rows(group: Node, path: readonly string[]): string[] {
  return Object.entries(group.properties ?? {}).flatMap(([key, it]) => {
    const at = [...path, key];
    const named = it.additionalProperties;
    if (typeof named === "object") {
      if (it.named === undefined) throw new Error(`${at.join(".")} does not say what its names are names of`);
      return [row(at, it, isRequired(group, key)), ...rows(named, [...at, `&lt;${it.named}&gt;`])];
    }
    if (it.properties !== undefined) return [row(at, it, isRequired(group, key)), ...rows(it, at)];
    return [row(at, it, isRequired(group, key))];
  });
}

function isRequired(group: Node, key: string): boolean {
  return group.required?.includes(key) ?? false;
}

function row(path: readonly string[], it: Node, required: boolean): string {
  const name = path.length === 1 ? `**\`${path[0]}\`**` : `\`${path.join(".")}\``.replace(/&lt;(\w+)&gt;/g, "<$1>");
  const expected = it.properties === undefined ? (it.expected ?? it.type ?? "") : "a group of keys";
  return `| ${[name, expected, defaultText(it, required), it.description ?? ""].map(cell).join(" | ")} |`;
}

function defaultText(it: Node, required: boolean): string {
  if (required) return "required";
  if (it.default === undefined) return "none";
  if (it.properties !== undefined) return "as below";
  if (typeof it.default === "object" && it.default !== null) {
    const values = Object.values(it.default);
    return values.length === 0 ? "none" : `\`${values.map(String).join(", ")}\``;
  }
  return `\`${String(it.default)}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(new URL("settings.md", import.meta.url), settingsPage());
}
