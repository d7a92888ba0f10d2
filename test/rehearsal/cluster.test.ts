import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readSettings } from "../../config.ts";
import { makeClusterProject } from "../../rehearsal/cluster/clusterProject.ts";
import { clusterScenarios } from "../../rehearsal/cluster/scenarios/index.ts";
import { notInRegistry, officialPluginThere } from "../../rehearsal/followed/followedProject.ts";
import { shopImage, shopImages } from "../../rehearsal/followed/shopImages.ts";
import { placesIn, placesOf } from "../../rehearsal/project.ts";
import { firstScenario } from "../../rehearsal/scenario.ts";

let folder: string;
let migrations: Record<string, string>;
const sides = (first: number) => ({ blue: first, green: first + 1 });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "greenlight-cluster-project-"));
  const ports = {
    users: { api: 31_000, web: 31_001 },
    api: sides(31_010),
    web: sides(31_020),
  };
  migrations = makeClusterProject(placesOf(folder, join(folder, "project")), {
    kubeconfig: "/deployer",
    ports,
    prometheusPort: 31_030,
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (...path: string[]) => parse(readFileSync(join(folder, "project", ...path), "utf8"));

describe("the project of a rehearsal on Kubernetes", () => {
  it("is made in a folder of its own, beside that of this machine", () => {
    expect(placesIn("/repository", "kubernetes").home).not.toBe(placesIn("/repository").home);
  });

  it("releases the shop's versions as images by digest, with what each manifest gives its services", () => {
    const releases = readdirSync(join(folder, "project", "shop", "releases"));
    expect(releases.length).toBeGreaterThan(8);
    for (const file of releases) {
      const { version, services } = read("shop", "releases", file);
      for (const name of ["api", "web"] as const) {
        expect(services[name].image).toBe(shopImage(name, version));
        expect(services[name]).not.toHaveProperty("command");
      }
    }
    expect(read("shop", "releases", "v1.2.0.yaml").services.api.env.FAULT).toBe("errors:0.05");
  });

  it("has settings that are read without a fault", () => {
    const { config } = read("Pulumi.rehearsal.yaml");
    const text = Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const settings = readSettings(Object.fromEntries(text));
    expect(settings).toMatchObject({ platform: "kubernetes", kubernetes: { gateway: { name: "public" } } });
  });

  it("takes the stand-in only where Pulumi has no plugin of its own", () => {
    expect(officialPluginThere("kubernetes", join(folder, "nowhere"))).toBe(false);
    mkdirSync(join(folder, "home", "plugins", "resource-kubernetes-v4.23.0"), { recursive: true });
    expect(officialPluginThere("kubernetes", join(folder, "home"))).toBe(true);
  });
});

describe("the images of a rehearsal on Kubernetes", () => {
  const images = () =>
    shopImages({
      project: join(folder, "project"),
      versions: migrations,
      databaseUrl: "postgres://shop@127.0.0.1/shop",
      api: { blue: "http://127.0.0.1:31010", green: "http://127.0.0.1:31011" },
    });

  it("run the shop's own programs, told which side they are of by their pod's label", () => {
    const run = images()(shopImage("web", "v1.1.0"), { "greenlight/environment": "green" });
    expect(run?.command.at(-1)).toBe(join(folder, "project", "shop", "web", "server.js"));
    expect(run?.env).toMatchObject({ VERSION: "v1.1.0", ENVIRONMENT: "green", API_URL: "http://127.0.0.1:31011" });
  });

  it("work on the database where the pod is of no side: a Job's", () => {
    const run = images()(shopImage("api", "v1.2.4"), {});
    expect(run?.command.slice(1)).toEqual([expect.stringMatching(/task\.mjs$/), migrations["v1.2.4"]]);
  });

  it("are not there for a version that nobody pushed", () => {
    expect(images()(shopImage("api", notInRegistry))).toBeUndefined();
    expect(images()("registry.example/shop/api@sha256:0")).toBeUndefined();
  });
});

describe("the scenarios on Kubernetes", () => {
  it("begin with a first deployment, have names of their own, and tell what is expected", () => {
    const all = clusterScenarios(false);
    expect(all[0]?.name).toBe(firstScenario);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { expected } of all) expect(expected.length).toBeGreaterThan(40);
  });

  it("have a quick subset that releases, refuses, rolls and switches", () => {
    expect(clusterScenarios(true).map(({ name }) => name)).toEqual([
      firstScenario,
      "good-release",
      "migration-fails",
      "rolling",
      "switches-quick",
    ]);
  });
});
