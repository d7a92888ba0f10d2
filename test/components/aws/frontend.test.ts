import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pagesProgram } from "../../../components/aws/automaticRollback/functionCode.ts";
import { buildsOf } from "../../../components/aws/frontend/ofStack.ts";
import { readSettings } from "../../../config.ts";
import type { Recorded } from "../recorded.ts";
import { config, manifest, one, settings, stack } from "./shop.ts";

const frontend = {
  builds: "dist",
  hosts: ["www.shop.example", "shop.example"],
  certificate: "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
};
let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "greenlight-pages-"));
  for (const version of ["v1", "v2"]) {
    mkdirSync(join(project, "dist", version), { recursive: true });
    writeFileSync(join(project, "dist", version, "index.html"), version);
  }
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("a stack with pages", () => {
  let resources: Recorded[];
  let result: Record<string, unknown>;
  beforeAll(async () => {
    const made = await stack(
      { blue: manifest("v1"), green: manifest("v2") },
      { live: "green", project, aws: { frontend } },
    );
    resources = made.resources;
    result = made.result as Record<string, unknown>;
  });
  const inputs = (type: string, name: string) => one(resources, type, name).inputs;

  it("keeps them in a bucket that nobody reads but its own distribution", () => {
    expect(inputs("s3:Bucket", "frontend")).toMatchObject({ bucket: "prod-123456789012-pages" });
    expect(inputs("s3:BucketPublicAccessBlock", "frontend")).toMatchObject({
      ...{ blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    });
    const { Statement } = JSON.parse(String(inputs("s3:BucketPolicy", "frontend").policy));
    expect(Statement).toMatchObject([
      {
        Effect: "Allow",
        Principal: { Service: "cloudfront.amazonaws.com" },
        Action: "s3:GetObject",
        Condition: { StringEquals: { "AWS:SourceArn": "arn:Distribution/frontend" } },
      },
      { Effect: "Deny", Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
    ]);
    expect(inputs("cloudfront:OriginAccessControl", "frontend")).toMatchObject({ signingBehavior: "always" });
  });

  it("serves them by TLS 1.2 or better, with the headers that protect users", () => {
    expect(inputs("cloudfront:Distribution", "frontend")).toMatchObject({
      aliases: frontend.hosts,
      viewerCertificate: { acmCertificateArn: frontend.certificate, minimumProtocolVersion: "TLSv1.2_2021" },
      defaultCacheBehavior: { viewerProtocolPolicy: "redirect-to-https", allowedMethods: ["GET", "HEAD"] },
    });
    expect(inputs("cloudfront:ResponseHeadersPolicy", "frontend").securityHeadersConfig).toMatchObject({
      contentSecurityPolicy: { contentSecurityPolicy: "default-src 'self'; frame-ancestors 'none'", override: true },
      strictTransportSecurity: { accessControlMaxAgeSec: 31_536_000 },
    });
  });

  it("switches by one key, after the services and when every release's files are there", () => {
    const key = one(resources, "cloudfront:KeyvaluestoreKey", "frontend-live");
    expect(key.inputs).toMatchObject({ key: "live", value: "v2" });
    expect(key.after).toEqual(
      expect.arrayContaining([
        "aws:FrontendFiles frontend-blue",
        "aws:FrontendFiles frontend-green",
        "aws:TrafficReadBack traffic-read-back",
        "cloudfront:Distribution frontend",
        "s3:BucketPolicy frontend",
      ]),
    );
    const served = one(resources, "aws:FrontendServed", "frontend-served");
    expect(served.inputs).toMatchObject({ address: "https://www.shop.example", version: "v2" });
    expect(served.after).toContain("cloudfront:KeyvaluestoreKey frontend-live");
  });

  it("has nothing in the distribution and its function that a switch changes", async () => {
    const { resources: before } = await stack(
      { blue: manifest("v1"), green: manifest("v2") },
      { live: "blue", project, aws: { frontend } },
    );
    for (const type of ["cloudfront:Distribution", "cloudfront:Function"]) {
      expect(one(before, type, "frontend").inputs).toEqual(inputs(type, "frontend"));
    }
    expect(one(before, "aws:FrontendFiles", "frontend-blue").inputs).toEqual(
      inputs("aws:FrontendFiles", "frontend-blue"),
    );
  });

  it("keeps the files of every version that is deployed", () => {
    expect(inputs("aws:FrontendRetention", "frontend-retention")).toMatchObject({
      deployed: ["v1", "v2"],
      warmMs: 604_800_000,
    });
  });

  it("tells where its hosts must lead", () => {
    expect(result).toHaveProperty("frontend");
  });
});

describe("pages beside a way back without us", () => {
  let resources: Recorded[];
  const both = { blue: manifest("v1"), green: manifest("v2") };
  beforeAll(async () => {
    ({ resources } = await stack(both, { live: "green", project, aws: { frontend, rollback: {} } }));
  });
  const statements = (name: string) =>
    JSON.parse(String(one(resources, "iam:RolePolicy", name).inputs.policy)).Statement as { Sid: string }[];

  it("may be read and named anew by the function, those of the stack's own store and by no other action", () => {
    expect(statements("rollback").filter(({ Sid }) => /Pages/.test(Sid))).toEqual([
      {
        Sid: "SeePages",
        Effect: "Allow",
        Action: ["cloudfront-keyvaluestore:DescribeKeyValueStore", "cloudfront-keyvaluestore:GetKey"],
        Resource: "arn:KeyValueStore/frontend",
      },
    ]);
    expect(statements("rollback-move")).toEqual([
      {
        Sid: "MoveTraffic",
        Effect: "Allow",
        Action: "elasticloadbalancing:ModifyRule",
        Resource: ["arn:ListenerRule/traffic-api", "arn:ListenerRule/traffic-web"],
      },
      {
        Sid: "MovePages",
        Effect: "Allow",
        Action: "cloudfront-keyvaluestore:PutKey",
        Resource: "arn:KeyValueStore/frontend",
      },
    ]);
    const policies = resources.filter(({ type, name }) => type === "iam:RolePolicy" && name.startsWith("rollback"));
    expect(
      policies
        .flatMap(({ inputs }) => String(inputs.policy))
        .join()
        .match(/"cloudfront[a-z-]*:\w+/g),
    ).toHaveLength(3);
  });

  it("have a program of their own in the function, which is told of the store", () => {
    const { assets } = one(resources, "lambda:Function", "rollback").inputs.code as {
      assets: Record<string, { text: string }>;
    };
    expect(Object.keys(assets).sort()).toEqual(["index.mjs", "pages.mjs", "rollback.mjs"]);
    expect(assets["index.mjs"]?.text).toContain('"pages":"arn:KeyValueStore/frontend"');
    expect(assets["index.mjs"]?.text).toContain('() => import("./pages.mjs")');
    expect(assets["pages.mjs"]?.text).toBe(pagesProgram());
  });

  it("are followed by one more look at the rules: traffic that went back meanwhile has left them", () => {
    const look = one(resources, "aws:TrafficReadBack", "rollback-with-pages");
    expect(look.inputs).toMatchObject({ weights: { blue: 0, green: 100 } });
    expect(look.after).toContain("aws:FrontendServed frontend-served");
    expect(one(resources, "cloudfront:KeyvaluestoreKey", "frontend-live").after).toContain(
      "aws:TrafficReadBack traffic-read-back",
    );
  });
});

describe("the program that moves pages", () => {
  it("is of one piece with its part of the SDK, and takes nothing from the runtime but Node", () => {
    const from = [...pagesProgram().matchAll(/\bfrom\s*"([^"]+)"/g)].map(([, name]) => name ?? "");
    expect(from.filter((name) => !name.startsWith("node:"))).toEqual([]);
    expect(pagesProgram().length).toBeLessThan(500_000);
  });
});

describe("pages that cannot be", () => {
  const faults = (aws: object) => () =>
    readSettings(config({ ...settings, blue: "v1", aws: { ...settings.aws, ...aws } }));

  it("are refused with a certificate that CloudFront does not look for", () => {
    const certificate = frontend.certificate.replace("us-east-1", "eu-central-1");
    expect(faults({ frontend: { ...frontend, certificate } })).toThrow(
      "greenlight:aws.frontend.certificate is in eu-central-1; expected us-east-1, where CloudFront looks for it",
    );
  });

  it("are refused without a build of a version, before anything is asked of the engine", () => {
    const read = readSettings(config({ ...settings, blue: "v7", aws: { ...settings.aws, frontend } }));
    expect(() => buildsOf(project, read)).toThrow("The frontend of v7 was not built.");
    expect(buildsOf(project, { ...read, blue: "v1" })).toMatchObject({
      blue: { version: "v1", digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });
});
