import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { deployAws } from "../../../components/aws/platform.ts";
import { readSettings } from "../../../config.ts";
import { readManifest } from "../../../project/readManifest.ts";
import { type Recorded, record } from "../recorded.ts";
import { config } from "./shop.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const text = readFileSync(join(root, "Pulumi.prod.yaml"), "utf8");

/**
 * What an account, or the world, has one of in all regions together, and the input that names it. Source: AWS, in the pages on the names of
 * each; everything else that a stack makes is its region's.
 */
const global: Readonly<Record<string, string>> = {
  "iam:Role": "name",
  "cloudwatch:Dashboard": "dashboardName",
  "s3:Bucket": "bucket",
  "cloudfront:Function": "name",
  "cloudfront:KeyValueStore": "name",
  "cloudfront:OriginAccessControl": "name",
  "cloudfront:ResponseHeadersPolicy": "name",
  "cloudfront:Distribution": "aliases",
};
/** Types whose things have no name that two stacks could both want: inline in, or a part of, something with one. */
const partOfOthers = [
  "iam:RolePolicy",
  "iam:RolePolicyAttachment",
  "s3:BucketPolicy",
  "s3:BucketPublicAccessBlock",
  "s3:BucketServerSideEncryptionConfiguration",
  "cloudfront:KeyvaluestoreKey",
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "greenlight-regions-"));
  for (const version of ["v1.0.0", "v1.1.0"]) {
    mkdirSync(join(folder, "dist", version), { recursive: true });
    writeFileSync(join(folder, "dist", version, "index.html"), version);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The example's stack, with pages, in a region: everything in it that names the other one is that region's. */
async function stackIn(region: string, name: string, host: string): Promise<Recorded[]> {
  const stated = parse(text.replaceAll("eu-central-1", region)).config as Record<string, unknown>;
  const all = Object.fromEntries(Object.entries(stated).map(([key, value]) => [key.replace("greenlight:", ""), value]));
  const frontend = {
    builds: "dist",
    hosts: [host],
    certificate: "arn:aws:acm:us-east-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef",
  };
  const aws = { ...(all.aws as object), name, frontend };
  const settings = readSettings(config({ ...all, green: "v1.1.0", aws }));
  const manifests = {
    blue: readManifest(root, settings.releases, "v1.0.0"),
    green: readManifest(root, settings.releases, "v1.1.0"),
  };
  const made = await record(() =>
    deployAws({ stack: name, project: folder, settings, manifests, checklist: { level: "none" } }),
  );
  return made.resources;
}

/** What is named in all regions together, each with its type. */
function globalNames(resources: readonly Recorded[]): string[] {
  return resources.flatMap(({ type, inputs }) => {
    const key = global[type];
    return key === undefined ? [] : [inputs[key]].flat().map((it) => `${type} ${it}`);
  });
}

describe("one product in two regions of an account, as two stacks", () => {
  let frankfurt: Recorded[];
  let virginia: Recorded[];
  beforeAll(async () => {
    frankfurt = await stackIn("eu-central-1", "shop-eu", "eu.shop.example");
    virginia = await stackIn("us-east-1", "shop-us", "us.shop.example");
  });

  it("has no name twice of what all regions share", () => {
    const [here, there] = [globalNames(frankfurt), globalNames(virginia)];
    expect(new Set(here).size).toBe(here.length);
    expect(here.filter((it) => there.includes(it))).toEqual([]);
    const kinds = new Set([...here, ...there].map((it) => it.split(" ")[0]));
    expect([...kinds].sort()).toEqual(Object.keys(global).sort());
  });

  it("has nothing of a service that all regions share, but what is looked at above", () => {
    const shared = frankfurt.map(({ type }) => type).filter((type) => /^(iam|s3|cloudfront|route53|waf):/.test(type));
    const unknown = shared.filter((type) => global[type] === undefined && !partOfOthers.includes(type));
    expect(unknown).toEqual([]);
  });

  it("names its own region everywhere, but in the images, whose registry the manifests say", () => {
    const own = (key: string, value: unknown) => (key === "code" ? undefined : value);
    const naming = (resources: readonly Recorded[], region: string) =>
      resources
        .filter(({ inputs }) =>
          JSON.stringify(inputs, own)
            .replaceAll(/(dkr\.ecr\.|:ecr:)[a-z0-9-]+/g, "")
            .includes(region),
        )
        .map(({ type, name }) => `${type} ${name}`);
    expect(naming(virginia, "eu-central-1")).toEqual([]);
    // CloudFront looks for certificates there, whatever the region.
    expect(naming(frankfurt, "us-east-1")).toEqual(["cloudfront:Distribution frontend"]);
  });

  it("would want the same names under one aws.name: each stack has its own", async () => {
    const twin = await stackIn("us-east-1", "shop-eu", "us.shop.example");
    const [here, there] = [globalNames(frankfurt), globalNames(twin)];
    const both = here.filter((it) => there.includes(it)).map((it) => it.split(" ")[0]);
    expect([...new Set(both)].sort()).toEqual(
      Object.keys(global)
        .filter((type) => type !== "cloudfront:Distribution")
        .sort(),
    );
  });
});
