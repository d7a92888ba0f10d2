import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readSettings } from "../../../config.ts";
import { readManifest } from "../../../project/readManifest.ts";
import { requireStartable, serviceMismatches } from "../../../project/servicesMatch.ts";
import { config } from "../aws/shop.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const text = readFileSync(`${project}Pulumi.cluster.yaml`, "utf8");

describe("Pulumi.cluster.yaml", () => {
  it("is a stack as it stands: settings and manifests fit", () => {
    const stated = Object.entries<unknown>(parse(text).config).map(([key, value]) => [
      key.replace("greenlight:", ""),
      value,
    ]);
    const settings = readSettings(config(Object.fromEntries(stated)));
    expect(settings).toMatchObject({ platform: "kubernetes", live: "blue", blue: "v1.0.0" });
    const manifests = {
      blue: readManifest(project, settings.releases, "v1.0.0"),
      green: readManifest(project, settings.releases, "v1.1.0"),
    };
    requireStartable(settings, manifests);
    for (const it of Object.values(manifests)) expect(serviceMismatches(settings, it)).toEqual([]);
  });

  it("marks everything of a team's own", () => {
    const identifier = /\.example\b|context:|namespace:/;
    const bare = text.split("\n").filter((line) => identifier.test(line.split("#")[0] ?? "") && !/# yours/.test(line));
    expect(bare).toEqual([]);
  });
});
