import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { dumpLine, saidAfter } from "../../../provider/kubernetes/dump/dumpLine.ts";
import { dumpScripts } from "../../../provider/kubernetes/dump/scripts.ts";
import { shell } from "../../../provider/kubernetes/dump/shell.ts";
import type { TestServer } from "../../database/server.ts";
import { eventually } from "../../processes.ts";
import { DumpGround } from "./dumpGround.ts";
import { startScript } from "./startScript.ts";
import { StoreServer } from "./storeServer.ts";

describe("the scripts for dumps in a store", () => {
  const scripts = dumpScripts.store;
  let ground: DumpGround;
  let server: TestServer;

  beforeAll(async () => {
    ground = await DumpGround.open("store");
    ({ server } = ground);
  });
  afterAll(() => ground.close());
  beforeEach(() => ground.begin());

  it.each([
    [
      "S3 itself where no other is named",
      { AWS_REGION: "eu-central-1" },
      ["TYPE=s3", "PROVIDER=AWS", "REGION=eu-central-1"],
    ],
    ["what is compatible where it is", { RCLONE_CONFIG_STORE_ENDPOINT: "https://store.example" }, ["PROVIDER=Other"]],
    [
      "what the Secret says",
      { RCLONE_CONFIG_STORE_TYPE: "azureblob", RCLONE_CONFIG_STORE_PROVIDER: "Minio" },
      ["TYPE=azureblob", "PROVIDER=Minio"],
    ],
  ])("speak to %s", async (_, variables, says) => {
    const client = mkdtempSync(join(server.folder, "client-"));
    writeFileSync(join(client, "rclone"), "#!/bin/sh\nenv >&2\nexit 1\n", { mode: 0o755 });
    const common = { PATH: process.env.PATH ?? "", GREENLIGHT_STACK: "shop", GREENLIGHT_STORE: "backups/folder" };
    const env = { ...common, GREENLIGHT_CLIENT: client, ...variables };
    const { text } = await startScript(shell(scripts.list), env).ended;
    for (const it of says) expect(text).toContain(`RCLONE_CONFIG_STORE_${it}\n`);
  });

  describe("that cannot reach the store", () => {
    it.each([
      ["the key is another", { AWS_SECRET_ACCESS_KEY: "another-one" }, "SignatureDoesNotMatch"],
      ["the bucket is not there", { GREENLIGHT_STORE: "nowhere/folder" }, "directory not found"],
      [
        "nobody answers",
        { RCLONE_CONFIG_STORE_ENDPOINT: "http://127.0.0.1:1", RCLONE_LOW_LEVEL_RETRIES: "1" },
        "connection refused",
      ],
      ["it would be the pod itself", { RCLONE_CONFIG_STORE_TYPE: "local" }, "nothing stays in a pod"],
      ["the pod has no client of it", { GREENLIGHT_CLIENT: "/nowhere" }, "the client of the store is not in /nowhere"],
    ])("say so where %s, and dump nothing", async (_, wrong, says) => {
      const ran = await ground.start(scripts.dump, { ...ground.variables(), GREENLIGHT_RELEASE: "v2", ...wrong }).ended;
      expect(ran.exitCode).not.toBe(0);
      expect(ran.text).toContain(says);
      expect(dumpLine(ran.text)).toBeUndefined();
      expect(readdirSync(ground.folder)).toEqual([]);
      const listed = await ground.start(scripts.list, wrong).ended;
      expect(listed.exitCode).not.toBe(0);
      expect(saidAfter(listed.text, "greenlight-count")).toEqual([]);
    });

    it("are no dump where it goes away while one is taken", async () => {
      await server.sql(ground.database, "create table held (x int)");
      const unlock = await ground.lock();
      const gone = await StoreServer.start(mkdtempSync(join(server.folder, "buckets-")));
      const env = {
        ...ground.variables(),
        GREENLIGHT_RELEASE: "v2",
        GREENLIGHT_STORE: "backups/folder",
        ...gone.variables,
      };
      const { ended, said } = ground.start(scripts.dump, { ...env, RCLONE_LOW_LEVEL_RETRIES: "1" });
      await eventually("its beginning", async () => said().includes("dumping to") || undefined);
      await gone.stop();
      await unlock();
      const { exitCode, text } = await ended;
      expect(exitCode).toBe(1);
      expect(text).toContain("the store did not take the dump");
      expect(dumpLine(text)).toBeUndefined();
      expect(readdirSync(gone.bucket)).toEqual([]);
    });
  });
});
