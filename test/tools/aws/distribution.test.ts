import { get } from "node:http";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Made, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(async () => await world?.stop());

const code = `import cf from "cloudfront";
const store = cf.kvs();
async function handler(event) {
  const request = event.request;
  request.uri = "/" + (await store.get("live")) + request.uri;
  return request;
}`;

/** What a user of that host is answered. */
function ask(host: string, path: string) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    get(`${world.simulator.edge}${path}`, { headers: { host } }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    }).on("error", reject);
  });
}

describe.sequential("a distribution before a private bucket, as the stand-in makes it", () => {
  let made: Made;
  let key: Made;
  let store: Made;
  let inputs: Record<string, unknown>;

  it("is made with its function, headers, name and tags", async () => {
    const bucket = await world.make("aws:s3/bucket:Bucket", { bucket: "pages" });
    const control = await world.make("aws:cloudfront/originAccessControl:OriginAccessControl", {
      ...{ name: "pages", originAccessControlOriginType: "s3", signingBehavior: "always", signingProtocol: "sigv4" },
    });
    store = await world.make("aws:cloudfront/keyValueStore:KeyValueStore", { name: "pages" });
    const picks = await world.make("aws:cloudfront/function:Function", {
      ...{ name: "pages", runtime: "cloudfront-js-2.0", code, keyValueStoreAssociations: [store.arn] },
    });
    const headers = await world.make("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", {
      name: "pages",
      securityHeadersConfig: {
        contentSecurityPolicy: { contentSecurityPolicy: "default-src 'self'", override: true },
        contentTypeOptions: { override: true },
      },
    });
    inputs = {
      enabled: true,
      aliases: ["www.shop.example"],
      defaultRootObject: "index.html",
      origins: [
        { originId: "pages", domainName: bucket.state.bucketRegionalDomainName, originAccessControlId: control.id },
      ],
      defaultCacheBehavior: {
        ...{ targetOriginId: "pages", viewerProtocolPolicy: "redirect-to-https", compress: true },
        ...{ allowedMethods: ["GET", "HEAD"], cachedMethods: ["GET", "HEAD"] },
        cachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6",
        responseHeadersPolicyId: headers.id,
        functionAssociations: [{ eventType: "viewer-request", functionArn: picks.arn }],
      },
      restrictions: { geoRestriction: { restrictionType: "none" } },
      viewerCertificate: {
        ...{ acmCertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0", sslSupportMethod: "sni-only" },
        minimumProtocolVersion: "TLSv1.2_2021",
      },
      tags: { team: "shop" },
    };
    made = await world.make("aws:cloudfront/distribution:Distribution", inputs);
    expect(made.state).toMatchObject({ status: "Deployed", domainName: expect.stringMatching(/\.cloudfront\.net$/) });
    await world.make("aws:s3/bucketPolicy:BucketPolicy", {
      bucket: "pages",
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            ...{ Effect: "Allow", Principal: { Service: "cloudfront.amazonaws.com" }, Action: "s3:GetObject" },
            ...{ Resource: "arn:aws:s3:::pages/*", Condition: { StringEquals: { "AWS:SourceArn": made.arn } } },
          },
        ],
      }),
    });
  });

  it("serves what the key in the store names, and another as soon as that changes", async () => {
    const s3 = new S3Client({ ...world.client, forcePathStyle: true });
    for (const release of ["v1", "v2"]) {
      const object = { Key: `${release}/index.html`, Body: `pages of ${release}`, ContentType: "text/html" };
      await s3.send(new PutObjectCommand({ Bucket: "pages", ...object, CacheControl: "no-cache" }));
    }
    key = await world.make("aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey", {
      key: "live",
      keyValueStoreArn: store.arn,
      value: "v1",
    });
    const first = await ask("www.shop.example", "/index.html");
    expect(first).toMatchObject({
      status: 200,
      text: "pages of v1",
      headers: {
        "content-type": "text/html",
        "cache-control": "no-cache",
        "content-security-policy": "default-src 'self'",
        "x-content-type-options": "nosniff",
      },
    });
    await key.change({ ...key.inputs, value: "v2" }, "value");
    expect((await ask("www.shop.example", "/index.html")).text).toBe("pages of v2");
    expect((await ask("www.shop.example", "/missing.html")).status).toBe(403);
    expect((await ask("elsewhere.example", "/")).status).toBe(403);
    expect(await key.diff({ ...key.inputs, key: "other" })).toMatchObject({ replaces: ["key"] });
  });

  it("changes in place, and refuses what it does not know", async () => {
    await made.change({ ...inputs, comment: "the shop's pages" }, "comment");
    await made.change({ ...made.inputs, tags: { team: "us" } }, "tags");
    const target = { type: "aws:cloudfront/distribution:Distribution", name: "pages" };
    const { failures } = await world.standIn.check(target, {}, { ...inputs, orderedCacheBehaviors: [] });
    expect(failures).toHaveLength(1);
  });

  it("is switched off before it is taken away, and the key can go too", async () => {
    await made.delete();
    expect((await ask("www.shop.example", "/index.html")).status).toBe(403);
    await key.delete();
  });
});
