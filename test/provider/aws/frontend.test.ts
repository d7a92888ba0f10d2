import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ensureMoto, type RunningMoto, startMoto } from "../../../tools/moto.ts";
import { Managed } from "../managed.ts";

// The SDK's real requests, answered by moto's S3.

let moto: RunningMoto;
let s3: S3Client;
let folder: string;
let bucket: string;
let made = 0;
beforeAll(async () => {
  moto = await startMoto(await ensureMoto({}));
  process.env.AWS_ENDPOINT_URL = moto.endpoint;
  process.env.AWS_ACCESS_KEY_ID = "test";
  process.env.AWS_SECRET_ACCESS_KEY = "test";
  s3 = new S3Client({ region: "us-east-1", forcePathStyle: true });
});
afterAll(async () => {
  for (const name of ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete process.env[name];
  await moto?.stop();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "greenlight-pages-"));
  bucket = `pages-${made++}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function build(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
const md5 = (text: string) => createHash("md5").update(text).digest("hex");

describe("the files of a release", () => {
  const inputs = (version = "v1") => ({
    region: "us-east-1",
    bucket,
    version,
    folder,
    digest: "of v1",
    index: "index.html",
  });
  let files: Managed;
  beforeEach(() => {
    files = new Managed("greenlight:aws:FrontendFiles", "frontend-blue");
    build({ "index.html": "<h1>v1</h1>", "assets/app-4f3c9a1b.js": "run()" });
  });

  it("are uploaded under the release's own prefix, with their types and for how long they may be kept", async () => {
    expect(await files.create(inputs())).toMatchObject({ files: 2, indexEtag: md5("<h1>v1</h1>") });
    const head = (Key: string) => s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    expect(await head("releases/v1/index.html")).toMatchObject({
      ContentType: "text/html; charset=utf-8",
      CacheControl: "public, max-age=0, s-maxage=31536000, must-revalidate",
      ServerSideEncryption: "AES256",
    });
    expect(await head("releases/v1/assets/app-4f3c9a1b.js")).toMatchObject({
      ContentType: "text/javascript; charset=utf-8",
      CacheControl: "public, max-age=31536000, immutable",
    });
  });

  it("are in both prefixes where their names hold a digest: a page that is open during a switch, or the way back, finds its parts", async () => {
    const next = mkdtempSync(join(tmpdir(), "greenlight-pages-"));
    try {
      await files.create(inputs());
      writeFileSync(join(next, "index.html"), "<h1>v2</h1>");
      writeFileSync(join(next, "app-0b1c2d3e.js"), "run(2)");
      const candidate = new Managed("greenlight:aws:FrontendFiles", "frontend-green");
      await candidate.create({ ...inputs("v2"), folder: next, beside: { version: "v1", folder } });
      for (const key of ["v1/app-0b1c2d3e.js", "v2/assets/app-4f3c9a1b.js"]) {
        await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: `releases/${key}` }));
      }
      // What was added to the other's prefix is nothing that was built otherwise.
      await files.update({ ...inputs(), digest: "asked again" });
    } finally {
      rmSync(next, { recursive: true, force: true });
    }
  });

  it("are gone on with where an upload stopped, and left where they are whole", async () => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "releases/v1/index.html", Body: "<h1>v1</h1>" }));
    await files.create(inputs());
    expect(files.told.at(-1)).toContain("uploaded 1 files of v1");
  });

  it("are never written over what is there: a version is built once", async () => {
    await files.create(inputs());
    build({ "index.html": "<h1>another</h1>" });
    await expect(files.update({ ...inputs(), digest: "of another" })).rejects.toThrow(
      "The prefix of v1 holds something else than was built: releases/v1/index.html.",
    );
    expect(await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "releases/v1/index.html" }))).toMatchObject({
      ETag: `"${md5("<h1>v1</h1>")}"`,
    });
  });

  it("are not uploaded without a page, or with a file of no known type", async () => {
    rmSync(join(folder, "index.html"));
    await expect(files.create(inputs())).rejects.toThrow("The frontend has no index.html.");
    build({ "index.html": "", "notes.docx": "" });
    await expect(files.create(inputs())).rejects.toThrow("What type these files are is not known: notes.docx.");
  });

  it("show no difference when the project lies elsewhere", async () => {
    await files.create(inputs());
    expect(await files.differs({ ...inputs(), folder: "/elsewhere" })).toBe(false);
  });

  it("go when nobody is served from them any more, and not before the warm time is over", async () => {
    for (const version of ["v1", "v2", "v3"]) await new Managed("greenlight:aws:FrontendFiles").create(inputs(version));
    const retention = new Managed("greenlight:aws:FrontendRetention", "frontend-retention");
    const facts = { region: "us-east-1", bucket, deployed: ["v2", "v3"], servedAt: "2026-03-02T10:00:00.000Z" };
    expect(await retention.create({ ...facts, warmMs: 3_600_000 })).toMatchObject({ removed: [] });
    expect(await retention.update({ ...facts, warmMs: 0 })).toMatchObject({ removed: ["v1"] });
    await expect(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "releases/v1/index.html" }))).rejects.toThrow();
    await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "releases/v2/index.html" }));
  });
});

describe("the look from outside", () => {
  let server: Server;
  let page: string;
  let headers: Record<string, string>;
  let status: number;
  let hosts: (string | undefined)[];
  beforeEach(async () => {
    page = "<h1>v2</h1>";
    headers = { "x-content-type-options": "nosniff" };
    status = 200;
    hosts = [];
    server = createServer((request, response) => {
      hosts.push(request.headers.host);
      response.writeHead(status, headers);
      response.end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const inputs = () => ({
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    host: "www.shop.example",
    version: "v2",
    indexEtag: md5("<h1>v2</h1>"),
    headers: ["x-content-type-options"],
    intervalMs: 1,
    deadlineMs: 20,
  });

  it("passes when the very page of the release is served, under its host's name", async () => {
    const served = new Managed("greenlight:aws:FrontendServed", "frontend-served");
    expect(await served.create(inputs())).toMatchObject({ servedAt: expect.stringMatching(/^20/) });
    expect(hosts).toEqual(["www.shop.example"]);
  });

  it.each([
    [
      "another release's page",
      () => {
        page = "<h1>v1</h1>";
      },
      "v2 is not what users are served: the page is another release's.",
    ],
    [
      "an error",
      () => {
        status = 403;
      },
      "the answer is 403",
    ],
    [
      "a page without the headers that protect it",
      () => {
        headers = {};
      },
      "the answer has no x-content-type-options",
    ],
  ])("fails for %s, and says that the release before is still there", async (_, arrange, expected) => {
    arrange();
    const failed = new Managed("greenlight:aws:FrontendServed").create(inputs());
    await expect(failed).rejects.toThrow(expected);
    await expect(failed).rejects.toThrow("The release before is still there and warm.");
  });

  it("fails when nobody answers", async () => {
    const gone = inputs();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(new Managed("greenlight:aws:FrontendServed").create(gone)).rejects.toThrow("ECONNREFUSED");
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
});
