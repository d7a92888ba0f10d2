import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Made, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(async () => await world?.stop());

const mark = "4dabf18193072939515e22adb298388d";
const asset = (text: string) => ({ [mark]: "c44067f5952c0a294b673a41bacd8c17", hash: `of ${text}`, text });

describe.sequential("a bucket, as the stand-in makes it", () => {
  let bucket: Made;
  const parts: Made[] = [];

  it("is made and tagged", async () => {
    bucket = await world.make("aws:s3/bucket:Bucket", {
      bucket: "shop-web",
      forceDestroy: true,
      tags: { team: "shop" },
    });
    expect(bucket.state).toMatchObject({
      arn: "arn:aws:s3:::shop-web",
      bucketRegionalDomainName: "shop-web.s3.eu-central-1.amazonaws.com",
    });
    await bucket.change({ ...bucket.inputs, tags: { team: "us" } }, "tags");
    await bucket.change({ ...bucket.inputs, forceDestroy: false }, "forceDestroy");
    await bucket.change({ ...bucket.inputs, forceDestroy: true }, "forceDestroy");
  });

  it("is closed to the public, encrypted, versioned and tidied", async () => {
    const closed = {
      bucket: "shop-web",
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    };
    const access = await world.make("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {
      ...closed,
      ignorePublicAcls: false,
    });
    await access.change(closed, "ignorePublicAcls");
    const encryption = await world.make(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      {
        bucket: "shop-web",
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, bucketKeyEnabled: true }],
      },
    );
    const versions = await world.make("aws:s3/bucketVersioning:BucketVersioning", {
      bucket: "shop-web",
      versioningConfiguration: { status: "Enabled" },
    });
    const rule = { id: "old", status: "Enabled", filter: { prefix: "releases/" }, expiration: { days: 30 } };
    const lifecycle = await world.make("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", {
      bucket: "shop-web",
      rules: [rule],
    });
    const longer = { ...rule, expiration: { days: 90 }, noncurrentVersionExpiration: { noncurrentDays: 7 } };
    await lifecycle.change(
      { bucket: "shop-web", rules: [longer, { ...rule, id: "tagged", filter: { tag: { key: "old", value: "yes" } } }] },
      "rules",
    );
    parts.push(lifecycle, encryption, access);
    await versions.change(
      { bucket: "shop-web", versioningConfiguration: { status: "Suspended" } },
      "versioningConfiguration",
    );
  });

  it("has a policy", async () => {
    const policy = (principal: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: principal },
            Action: "s3:GetObject",
            Resource: "arn:aws:s3:::shop-web/*",
          },
        ],
      });
    const made = await world.make("aws:s3/bucketPolicy:BucketPolicy", {
      bucket: "shop-web",
      policy: policy("cloudfront.amazonaws.com"),
    });
    await made.change({ bucket: "shop-web", policy: policy("lambda.amazonaws.com") }, "policy");
    parts.push(made);
  });

  it("has objects that are sent again only when their content changes", async () => {
    const inputs = {
      bucket: "shop-web",
      key: "releases/v1/index.html",
      source: asset("<h1>1</h1>"),
      contentType: "text/html",
      cacheControl: "no-cache",
      tags: { release: "v1" },
    };
    const made = await world.make("aws:s3/bucketObjectv2:BucketObjectv2", inputs);
    expect((await made.diff({ ...inputs, source: { ...asset("<h1>1</h1>"), path: "/elsewhere" } })).changed).toEqual(
      [],
    );
    await made.change({ ...inputs, source: asset("<h1>2</h1>") }, "source");
    const { Body: body } = await new S3Client({ ...world.client, forcePathStyle: true }).send(
      new GetObjectCommand({ Bucket: "shop-web", Key: "releases/v1/index.html" }),
    );
    expect(await body?.transformToString()).toBe("<h1>2</h1>");
    await made.change({ ...made.inputs, cacheControl: "max-age=60", tags: { release: "v2" } }, "cacheControl", "tags");
    expect(await made.diff({ ...inputs, key: "other" })).toMatchObject({ replaces: ["key"] });
    parts.push(made);
    parts.push(
      await world.make("aws:s3/bucketObjectv2:BucketObjectv2", {
        bucket: "shop-web",
        key: "robots.txt",
        content: "User-agent: *",
      }),
    );
  });

  it("is gone, with all that is in it", async () => {
    for (const made of parts.slice(0, -1)) await made.delete();
    await bucket.delete();
  });
});
