import type { CompatibleFacts } from "../../release/checklist/items/database/compatible.ts";
import type { Gatherers, Gathering } from "./gathering.ts";
import { plainFacts } from "./plainFacts.ts";

/** Facts of the database group. What reads migrations is loaded only for a release that has some. */
export const database: Gatherers = {
  "database/review": async (it) => (await import("./databaseReview.ts")).gatherMigrationReview(it),
  "database/compatible": async (it) => plainFacts(await compatibleFacts(it)),
  "database/rollback-script": async (it) => (await import("./rollbackScript.ts")).gatherRollbackScript(it),
  "database/backup": async (it) => (await import("./databaseBackup.ts")).gatherBackup(it),
};

/** How many findings are told one by one. */
const shownFindings = 50;

async function compatibleFacts(it: Gathering): Promise<CompatibleFacts> {
  const none = { count: 0, first: [] };
  const { database: plan, downtime } = it.manifest.manifest;
  const empty = { tool: plan.tool, pending: 0, statements: 0, lockTimeoutMs: 0, unread: none, findings: [] };
  if (plan.tool === "none") return { ...empty, more: { count: 0, open: 0 } };
  const { releaseMigrations } = await import("../migrations/releaseMigrations.ts");
  const { findUnsafe } = await import("../migrations/findUnsafe.ts");
  const release = await releaseMigrations(it);
  if (release === undefined) return { ...empty, more: { count: 0, open: 0 } };
  const { findings, statements } = await findUnsafe(release);
  const sorted = findings.toSorted((a, b) => Number(a.allowed !== undefined) - Number(b.allowed !== undefined));
  const hidden = sorted.slice(shownFindings);
  return {
    tool: plan.tool,
    ...(release.live === undefined
      ? {}
      : {
          live: {
            version: release.live.version,
            ...(release.live.commit === undefined ? {} : { commit: release.live.commit }),
          },
        }),
    pending: release.pending.length,
    statements,
    lockTimeoutMs: release.runner.lockTimeoutMs,
    unread: { count: release.unread.length, first: release.unread.slice(0, 5).map((path) => path.slice(0, 1_000)) },
    findings: sorted.slice(0, shownFindings),
    more: { count: hidden.length, open: hidden.filter(({ allowed }) => allowed === undefined).length },
    ...(downtime === undefined ? {} : { downtime }),
  };
}
