import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { deployAws } from "../../../components/aws/platform.ts";
import { readSettings, type Settings } from "../../../config.ts";
import { readManifest } from "../../../project/readManifest.ts";
import { requireStartable, serviceMismatches } from "../../../project/servicesMatch.ts";
import { type Recorded, record } from "../recorded.ts";
import { config } from "./shop.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const text = readFileSync(`${project}Pulumi.prod.yaml`, "utf8");
const stated = Object.fromEntries(
  Object.entries(parse(text).config).map(([key, value]) => [key.replace("greenlight:", ""), value]),
);

describe("Pulumi.prod.yaml", () => {
  let settings: Settings;
  let resources: Recorded[];
  beforeAll(async () => {
    settings = readSettings(config({ ...stated, green: "v1.1.0" }));
    const manifests = {
      blue: readManifest(project, settings.releases, "v1.0.0"),
      green: readManifest(project, settings.releases, "v1.1.0"),
    };
    requireStartable(settings, manifests);
    for (const it of Object.values(manifests)) expect(serviceMismatches(settings, it)).toEqual([]);
    // Paths of this machine would make another snapshot on another one.
    const located = JSON.parse(JSON.stringify(manifests).replaceAll(project, "/project/"));
    const made = await record(() =>
      deployAws({ stack: "prod", project: "/project", settings, manifests: located, checklist: { level: "none" } }),
    );
    resources = made.resources;
  });

  it("is a stack as it stands: settings and manifests fit", () => {
    expect(settings).toMatchObject({ platform: "aws", live: "blue", blue: "v1.0.0" });
    expect(resources.length).toBeGreaterThan(100);
  });

  it("marks everything of a team's own, and nothing else: no identifier stands on a line without the mark", () => {
    const identifier = /\b(vpc|subnet|sg)-[0-9a-f]{8}|arn:aws|\b\d{12}\b|\.example\b|\d+\.\d+\.\d+\.\d+\/(?!0)/;
    const bare = text.split("\n").filter((line) => identifier.test(line.split("#")[0] ?? "") && !/# yours/.test(line));
    expect(bare).toEqual([]);
  });

  it("asks for the resources that were reviewed", async () => {
    const lines = resources
      .map(({ type, name, parent, inputs, after, ignored }) => ({
        resource: `${type} ${name}`,
        ...(parent === "" ? {} : { parent }),
        // What the bundler makes of our own sources would be reviewed twice.
        inputs: shortened(inputs),
        ...(after.length === 0 ? {} : { after }),
        ...(ignored.length === 0 ? {} : { ignored }),
      }))
      .sort((a, b) => (a.resource < b.resource ? -1 : 1));
    await expect(`${JSON.stringify(lines, null, 1)}\n`).toMatchFileSnapshot("example.snapshot.txt");
  });
});

function shortened(inputs: Record<string, unknown>): unknown {
  return JSON.parse(
    JSON.stringify(inputs, (key, value) =>
      key === "rollback.mjs" ? { ...value, text: "(lambda/rollback, bundled)" } : value,
    ),
  );
}
