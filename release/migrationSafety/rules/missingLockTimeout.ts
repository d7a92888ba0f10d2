import { longestLockTimeout } from "../lockTimeout.ts";
import type { MigrationRule } from "../rule.ts";

/** Satisfied where Greenlight's runner applies migrations and the script does not take its lock timeout back. */
export const missingLockTimeout: MigrationRule = {
  id: "lock-timeout",
  title: "Waits for a lock without a limit",
  severity: "high",
  concern: "locking",
  why: "behind a statement that waits for one long query everyone else waits too",
  rewrite: "SET lock_timeout = '2s' before it, and run the migration again when it gives up",
  check({ locks, lockTimeoutMs, statement }) {
    const [first] = locks;
    if (first === undefined || statement.kind === "DoStmt") return [];
    if (lockTimeoutMs > 0 && lockTimeoutMs <= longestLockTimeout) return [];
    return [{ subject: lockTimeoutMs === 0 ? first.table : `${first.table}: ${lockTimeoutMs} ms` }];
  },
};
