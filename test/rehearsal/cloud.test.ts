import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readSettings } from "../../config.ts";
import { makeCloudProject } from "../../rehearsal/cloud/cloudProject.ts";
import { cloudScenarios } from "../../rehearsal/cloud/scenarios/index.ts";
import { shopImage, shopImages } from "../../rehearsal/followed/shopImages.ts";
import { placesOf } from "../../rehearsal/project.ts";
import { firstScenario } from "../../rehearsal/scenario.ts";

let folder: string;
let migrations: Record<string, string>;
const sides = (first: number) => ({ blue: first, green: first + 1 });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "greenlight-cloud-project-"));
  migrations = makeCloudProject(placesOf(folder, join(folder, "project")), {
    vpc: "vpc-0a1b2c3d",
    subnets: ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
    certificate: "arn:aws:iam::123456789012:server-certificate/shop",
    database: "shop-production",
    securityGroup: "sg-0a1b2c3d",
    ports: { users: { api: 31_000, web: 31_001 }, api: sides(31_010), web: sides(31_020) },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the project of a rehearsal on AWS", () => {
  it("has settings that are read without a fault", () => {
    const { config } = parse(readFileSync(join(folder, "project", "Pulumi.rehearsal.yaml"), "utf8"));
    const text = Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const settings = readSettings(Object.fromEntries(text));
    expect(settings).toMatchObject({ platform: "aws", aws: { rollback: { for: 3_600_000 } } });
  });

  it("tells a task's program which side it is of by the service that the task belongs to", () => {
    const images = shopImages({
      project: join(folder, "project"),
      versions: migrations,
      databaseUrl: "postgres://shop@127.0.0.1/shop",
      api: { blue: "http://127.0.0.1:31010", green: "http://127.0.0.1:31011" },
    });
    const image = shopImage("web", "v1.1.0");
    expect(images(image, { group: "service:shop-green-web" })?.env).toMatchObject({ ENVIRONMENT: "green" });
    expect(images(image, { group: "family:shop-green-migrate" })?.command[1]).toMatch(/task\.mjs$/);
  });
});

describe("the scenarios on AWS", () => {
  it("begin with a first deployment, have names of their own, and tell what is expected", () => {
    const all = cloudScenarios(false);
    expect(all[0]?.name).toBe(firstScenario);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { expected } of all) expect(expected.length).toBeGreaterThan(40);
  });

  it("have a quick subset that releases, refuses and switches", () => {
    expect(cloudScenarios(true).map(({ name }) => name)).toEqual([
      firstScenario,
      "migration-fails",
      "good-release",
      "switches-quick",
      "throttled",
      "weights-moved",
    ]);
  });
});
