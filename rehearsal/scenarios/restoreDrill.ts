import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseDatabaseUrl } from "../../provider/database/connection.ts";
import { describeContent } from "../../provider/database/content.ts";
import { restoreDrill as drill } from "../../provider/database/restore.ts";
import { snapshotShape } from "../../provider/database/snapshot.ts";
import { folder } from "../../provider/local/folder.ts";
import { Problem } from "../../release/problem.ts";
import { count, counted, megabytes, milliseconds } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";

export const restoreDrill: Scenario = {
  name: "restore-drill",
  title: "A restore drill from the newest snapshot",
  expected:
    "The snapshot has its recorded sha256 and restores into a scratch database with the same schema, rows and checksums.",
  allowsFailures: false,
  quick: false,
  async play(stage) {
    const found = new Findings();
    const at = folder(stage.places.stack).snapshots;
    const [newest] = readdirSync(at)
      .filter((name) => name.endsWith(".dump.json"))
      .map((name) => join(at, name))
      .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    if (newest === undefined) throw new Problem({ happened: "There is no snapshot.", where: at });
    const snapshot = snapshotShape.parse(JSON.parse(readFileSync(newest, "utf8")));
    const result = await drill({
      snapshot,
      connection: parseDatabaseUrl(await stage.databaseUrl()),
      tools: { bin: stage.tools.postgres.bin },
      signal: stage.signal,
    });
    found.expect(result.ok, result.differences.map(describeContent).join("; ") || "the contents differ");
    found.expect(result.schemaEqual, "the schema differs");
    found.expect(result.compared === "checksums", "contents were only counted");
    const { verify, restore, compare } = result.durationMs;
    return found.ended(
      `${megabytes(snapshot.bytes)} with sha256 ${snapshot.sha256.slice(0, 12)}… restored in ${milliseconds(restore)}; ${counted(result.tables, "table")} and ${count(result.rows)} rows equal by checksum, schema equal (compared in ${milliseconds(compare)}, verified in ${milliseconds(verify)}).`,
      { sha256: snapshot.sha256, tables: result.tables, rows: result.rows, restoreMs: restore },
    );
  },
};
