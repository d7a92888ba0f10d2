import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseConnection } from "../../../provider/database/connection.ts";
import { connect } from "../../../provider/database/session.ts";
import { dumpLine, type SaidDump } from "../../../provider/kubernetes/dump/dumpLine.ts";
import type { DumpPlace } from "../../../provider/kubernetes/dump/scriptBeginning.ts";
import { type DumpScripts, dumpScripts } from "../../../provider/kubernetes/dump/scripts.ts";
import { shell } from "../../../provider/kubernetes/dump/shell.ts";
import { startServer, type TestServer } from "../../database/server.ts";
import { type ScriptEnd, startScript } from "./startScript.ts";
import { StoreServer } from "./storeServer.ts";

/**
 * Where scripts for dumps run as processes with the variables that their Jobs give them, on a real PostgreSQL. A folder is in place of the claim, and
 * of the bucket of a real server of S3.
 */
export class DumpGround {
  readonly scripts: DumpScripts;
  readonly server: TestServer;
  readonly store: StoreServer | undefined;
  /** Folder of the claim, or of the bucket. */
  folder = "";
  /** A database with 502 rows in two tables, one of them with a name that must be quoted. */
  database: DatabaseConnection;

  private constructor(place: DumpPlace, server: TestServer, store: StoreServer | undefined) {
    this.scripts = dumpScripts[place];
    this.server = server;
    this.store = store;
    this.database = server.connection;
  }

  static async open(place: DumpPlace): Promise<DumpGround> {
    const server = await startServer();
    const buckets = () => mkdtempSync(join(server.folder, "buckets-"));
    return new DumpGround(place, server, place === "store" ? await StoreServer.start(buckets()) : undefined);
  }

  /** Makes another folder and another database. @returns what removes the folder */
  async begin(): Promise<() => void> {
    const { server, store } = this;
    const folder = mkdtempSync(store === undefined ? join(server.folder, "claim-") : join(store.bucket, "folder-"));
    this.folder = folder;
    this.database = await server.database();
    await server.sql(
      this.database,
      `create table orders (id int primary key, "total in €" numeric)`,
      "insert into orders select n, n * 2 from generate_series(1, 500) n",
      `create schema "other's"`,
      `create table "other's"."a, ""table""" (x int)`,
      `insert into "other's"."a, ""table""" values (1), (2)`,
    );
    return () => rmSync(folder, { recursive: true, force: true });
  }

  /** What the Secret of a database holds. */
  variables(it: DatabaseConnection = this.database): Record<string, string> {
    const { host, port, user, password, database } = it;
    return { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database };
  }

  start(script: string, env: Readonly<Record<string, string>>, { args = [] as string[], before = "" } = {}) {
    const { store, folder } = this;
    const where: Record<string, string> =
      store === undefined
        ? { GREENLIGHT_FOLDER: folder }
        : { ...store.variables, GREENLIGHT_CLIENT: store.bin, GREENLIGHT_STORE: `backups/${this.#inBucket(store)}` };
    const common = { PATH: `${this.server.tools.bin}:${process.env.PATH}`, GREENLIGHT_STACK: "shop", ...where };
    return startScript(shell(before + script, ...args), { ...common, ...env });
  }

  async dump(release = "v2", before = ""): Promise<ScriptEnd & { readonly said: SaidDump | undefined }> {
    const ran = await this.start(this.scripts.dump, { ...this.variables(), GREENLIGHT_RELEASE: release }, { before })
      .ended;
    return { ...ran, said: dumpLine(ran.text) };
  }

  /** Takes a dump that must go well. @returns its name */
  async taken(release = "v2"): Promise<string> {
    const { said, text } = await this.dump(release);
    if (said === undefined) throw new Error(text);
    return said.name;
  }

  /** Names of the stack's files. */
  files(): string[] {
    return readdirSync(join(this.folder, "shop")).sort();
  }

  /** Puts a file among the stack's, as anybody could. */
  async put(name: string, content: string): Promise<void> {
    if (this.store === undefined) writeFileSync(join(this.folder, "shop", name), content);
    else await this.store.put(`${this.#inBucket(this.store)}/shop/${name}`, content);
  }

  /** Holds a lock that keeps who reads `held` waiting, until what is returned is called or the database is dropped. */
  async lock(at: DatabaseConnection = this.database): Promise<() => Promise<void>> {
    const client = await connect(at, { timeoutMs: 10_000 });
    client.on("error", () => undefined);
    await client.query("begin");
    await client.query("lock table held in access exclusive mode");
    return async () => void (await client.end());
  }

  async close(): Promise<void> {
    await this.store?.stop();
    await this.server.stop();
  }

  #inBucket({ bucket }: StoreServer): string {
    return this.folder.slice(bucket.length + 1);
  }
}
