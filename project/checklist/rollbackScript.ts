import { relative } from "node:path";
import { readRollbackScriptDrill } from "../../release/evidence/drill/rollbackScript.ts";
import { migrationDigests } from "../migrations/migrationDigests.ts";
import { releaseMigrations } from "../migrations/releaseMigrations.ts";
import type { Gathering } from "./gathering.ts";
import { plainFacts } from "./plainFacts.ts";

const item = "database/rollback-script";

/** Facts of database/rollback-script: the script, what it takes back, and the drills that were played with it. */
export async function gatherRollbackScript(it: Gathering) {
  const { database, evidence } = it.manifest.manifest;
  const files = it.evidence.read(item, evidence[item]?.files ?? [], readRollbackScriptDrill);
  const release = await releaseMigrations(it);
  if (release === undefined || database.tool === "none") return plainFacts({ tool: "none", pending: 0, files });
  const digests = migrationDigests(release);
  const { rollback } = database;
  return plainFacts({
    tool: database.tool,
    live: release.live?.version,
    pending: release.pending.length,
    ...(rollback === undefined ? {} : { script: { file: relative(it.project, rollback), sha256: digests.script } }),
    migrations: digests.migrations,
    files,
  });
}
