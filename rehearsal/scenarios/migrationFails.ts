import { parseDatabaseUrl } from "../../provider/database/connection.ts";
import { compareContent, describeContent, readContentNow } from "../../provider/database/content.ts";
import { schemaPicture } from "../../provider/database/schema.ts";
import { withClient } from "../../provider/database/session.ts";
import { failureOf, release } from "../releasing.ts";
import { count, counted, milliseconds } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

const version = "v1.2.4";

export const migrationFails: Scenario = {
  name: "migration-fails",
  title: "A release whose migration fails halfway",
  expected:
    "Its checklist is set aside by an override of two, and statement 2 of 3 fails: the schema is as before, no row is lost, nothing of it starts, what serves goes on.",
  allowsFailures: false,
  quick: false,
  async play(stage) {
    const found = new Findings();
    const before = await stage.live();
    const was = await pictureOf(stage);
    const mark = await stage.load.mark("migration fails");
    const began = Date.now();
    const end = await release(stage, version);
    const tookMs = Date.now() - began;
    found.expect(
      ["refused", "failed"].includes(end.outcome) && end.exitCode !== 0,
      `the release ended as ${end.outcome}`,
    );
    const failed = end.phases.find((it) => it.status === "failed");
    found.expect(failed?.id === "deploy", `it was stopped at ${failed?.id ?? "no phase"}, before its migration`);
    found.expect(/statement 2 of 3/.test(end.sentence), "the reason does not name statement 2 of 3");
    const live = await stage.live();
    found.expect(live?.version === before?.version, `afterwards ${await stage.sayLive()}`);
    const is = await pictureOf(stage);
    found.expect(is.fingerprint === was.fingerprint, "the schema is not as before");
    // Orders come in all the time and the migration table notes the attempt: neither is a loss.
    const changes = compareContent(was.tables, is.tables).filter(
      ({ name }) => name !== "public.orders" && !name.includes("_prisma_migrations"),
    );
    found.expect(changes.length === 0, changes.map(describeContent).join("; "));
    const orders = await ordersUpTo(stage, was.orders.upTo);
    found.expect(orders.content === was.orders.content, "orders that were there before have changed");
    const window = await stage.load.since(mark);
    const asked = window.byVersion[version]?.requests ?? 0;
    found.expect(asked === 0, `${version} took ${asked} users' requests`);
    return found.ended(
      `Stopped after ${milliseconds(tookMs)} at ${failureOf(end)} The schema's fingerprint is as before, ${counted(is.tables.length, "table")} and the ${count(Number(was.orders.rows))} orders that were there compared by checksum; ${await stage.sayLive()}; ${count(window.total.failed)} of ${count(window.total.requests)} requests failed.`,
      { tookMs, exitCode: end.exitCode ?? null, fingerprint: is.fingerprint, reason: end.sentence.slice(0, 1500) },
    );
  },
};

async function pictureOf(stage: Stage) {
  const connection = parseDatabaseUrl(await stage.databaseUrl());
  const orders = await ordersUpTo(stage, undefined);
  return withClient(connection, { signal: stage.signal, timeoutMs: 30_000 }, async (client) => ({
    fingerprint: (await schemaPicture(client)).fingerprint,
    tables: await readContentNow(client, { checksums: true }),
    orders,
  }));
}

/** The oldest orders, which nothing may change. Those of the last moment are left out: some may not be committed yet. */
async function ordersUpTo(stage: Stage, given: number | undefined) {
  return stage.database(async (client) => {
    const upTo =
      given ??
      Number((await client.query<{ it: string }>("SELECT coalesce(max(id), 0) - 500 AS it FROM orders")).rows[0]?.it);
    const { rows } = await client.query<{ rows: string; content: string }>(
      "SELECT count(*) AS rows, coalesce(md5(string_agg(orders.id || ':' || product_id || ':' || quantity || ':' || customer || ':' || total_cents, ',' ORDER BY id)), '') AS content FROM orders WHERE id <= $1",
      [upTo],
    );
    return { upTo, rows: rows[0]?.rows ?? "0", content: rows[0]?.content ?? "" };
  });
}
