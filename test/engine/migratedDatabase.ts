import type { DatabaseConnection } from "../../provider/database/connection.ts";
import { startServer, type TestServer } from "../database/server.ts";

/** A real PostgreSQL that fixtures/podMigration.mjs migrates, and takes back. */
export class MigratedDatabase {
  /** What the service's variable DATABASE_URL says. */
  readonly url: string;
  readonly #server: TestServer;
  readonly #database: DatabaseConnection;

  private constructor(server: TestServer, database: DatabaseConnection) {
    this.#server = server;
    this.#database = database;
    const { user, password, host, port, database: name } = database;
    this.url = `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(name)}`;
  }

  static async open(): Promise<MigratedDatabase> {
    const server = await startServer();
    return new MigratedDatabase(server, await server.database());
  }

  async sql(statement: string): Promise<string[]> {
    return (await this.#server.sql(this.#database, statement)).map(({ one }) => String(one));
  }

  /** Versions whose migration is on record, and versions whose column is there. */
  async schema(): Promise<{ readonly recorded: string[]; readonly columns: string[] }> {
    const columns =
      "select substr(column_name, 4) as one from information_schema.columns where table_name = 'migrated' and column_name like 'of\\_%' order by 1";
    return {
      recorded: await this.sql("select version as one from migrated order by 1"),
      columns: await this.sql(columns),
    };
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
