import pg from "pg";
import { Refusal } from "../service/service.js";

const connections = 4;
const connectMs = 2000;
const statementMs = 5000;
const healthMs = 1000;

/** SQLSTATE of a column that does not exist (yet, or any more). */
const undefinedColumn = "42703";

/** PostgreSQL behind a small pool. A lost connection is replaced by the next query; answers are 503 until one succeeds. */
export function openDatabase(connectionString, log) {
  const pool = new pg.Pool({
    connectionString,
    max: connections,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    query_timeout: statementMs + 1000,
    keepAlive: true,
  });
  pool.on("error", (error) => log.error("lost an idle database connection", { code: error.code }));

  async function query(statement, values = []) {
    try {
      return (await pool.query({ ...statement, values })).rows;
    } catch (error) {
      // A SQLSTATE class that says "your query", not "no database": for the caller to judge.
      if (/^(22|23|42)/.test(error.code ?? "")) throw error;
      throw new Refusal(503, "database", "The database cannot be reached.", { cause: error.code ?? error.message });
    }
  }

  return {
    query,

    /**
     * The newer statement, or the older one while the schema has not got the newer columns: so code may go out
     * before its migration, and stay when the migration is taken back.
     */
    async queryEither(newer, older) {
      try {
        return await query(newer.statement, newer.values);
      } catch (error) {
        if (error.code !== undefinedColumn) throw error;
        return await query(older.statement, older.values);
      }
    },

    async healthy() {
      let timer;
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, healthMs, { status: "failing", database: "no answer in time" });
      });
      const asked = query({ text: "SELECT 1" }).then(
        () => ({ status: "ok", database: "ok" }),
        (error) => ({ status: "failing", database: error.facts?.cause ?? error.code ?? "unreachable" }),
      );
      const seen = await Promise.race([asked, late]);
      clearTimeout(timer);
      return seen;
    },

    close: () => pool.end(),
  };
}
