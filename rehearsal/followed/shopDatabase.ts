import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { postgresServer } from "../../provider/local/postgresServer.ts";
import type { Ends } from "./ends.ts";

/** The PostgreSQL that the shop's processes use: by the platform of this machine's own resource, a server that is kept running. */
export class ShopDatabase {
  /** Password included: for connections only. */
  readonly url: string;

  private constructor(url: string) {
    this.url = url;
  }

  static async start(dir: string, port: number, signal: AbortSignal, ends: Ends): Promise<ShopDatabase> {
    const inputs = {
      dir,
      listen: "127.0.0.1",
      port,
      user: "shop",
      database: "shop",
      password: randomBytes(18).toString("base64url"),
    };
    const step = { urn: "rehearsal", name: "database", signal, tell: () => undefined };
    mkdirSync(join(dir, "processes"), { recursive: true });
    mkdirSync(join(dir, "logs"), { recursive: true });
    const end = { ...step, signal: new AbortController().signal };
    // Also what a killed rehearsal left.
    await postgresServer.delete(end, dir, inputs);
    ends.push(() => postgresServer.delete(end, dir, inputs));
    const { outputs } = await postgresServer.create(step, inputs);
    return new ShopDatabase(String(Reflect.get(outputs, "url")));
  }

  /** Runs one statement; its rows. */
  async query<T extends pg.QueryResultRow>(statement: string): Promise<readonly T[]> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 5_000 });
    client.on("error", () => undefined); // the query in hand reports it
    try {
      await client.connect();
      return (await client.query<T>(statement)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
