import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { type GlobalOptions, openContext } from "../context.ts";
import { liveNow, requirePlatform, sayLive } from "../live.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult, RollbackResult } from "../result.ts";
import { requireDatabaseWay } from "../rollback/database.ts";
import { goneBack } from "../rollback/goneBack.ts";
import { performRollback } from "../rollback/rollback.ts";
import { unhindered } from "../rollback/unhindered.ts";
import { wayBack } from "../rollback/wayBack.ts";
import { withStackLock } from "../stackLock.ts";
import { confirm } from "../terminal/confirm.ts";

export interface RollbackOptions extends GlobalOptions {
  readonly reason?: string | undefined;
  readonly database: "keep" | "script" | "snapshot";
}

/** Traffic goes back first, on the platform, whatever the engine does; then state, database when asked, and verification. */
export async function rollbackCommand(
  options: RollbackOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<RollbackResult>> {
  const context = openContext(options);
  const platform = unhindered(context, await requirePlatform(context), reporter);
  if (options.reason === undefined || options.reason.trim() === "") {
    throw new Problem({
      happened: "A rollback needs a reason: it is announced, and read tomorrow.",
      untouched: "Nothing was changed.",
      next: 'run it again with --reason "…"',
      exitCode: exitCodes.usage,
    });
  }
  const { database } = options;
  requireDatabaseWay(context, platform, database, undefined);
  const gone = database === "keep" ? undefined : await goneBack(context, platform);
  const way = gone?.to ?? (await wayBack(context, platform));
  const serving = await platform.serving();
  const from = gone?.from ?? (await liveNow(serving, platform));
  const versions = from === undefined ? undefined : { version: from.version, returnsTo: way.version };
  requireDatabaseWay(context, platform, database, versions);
  const script = database === "script" ? `by the rollback script of ${from?.version ?? "what is left"}` : "";
  const then = script === "" ? "" : `, and then take the database back ${script}`;
  const asked =
    gone === undefined
      ? `Move all traffic back to ${way.environment} ${way.version}${then}?`
      : `Traffic is back already. Take the database back${script === "" ? "" : ` ${script}`}?`;
  const question = `${await sayLive(serving, platform)}. ${asked}`;
  if (!(await confirm(question, { yes: options.yes, signal }))) {
    throw new Problem({
      happened: "Not confirmed.",
      untouched: "Nothing was changed.",
      exitCode: exitCodes.interrupted,
    });
  }
  const result = await withStackLock(context, `rollback to ${way.version}`, () =>
    performRollback({
      context,
      platform,
      to: way,
      from,
      reason: options.reason ?? "",
      database,
      reporter,
      signal,
      confirm: (text) => confirm(text, { yes: options.yes, signal }),
    }),
  );
  return {
    exitCode: result.ok ? exitCodes.ok : exitCodes.notAsAsked,
    json: result,
    text: [
      `Rolled back to ${result.to.environment} ${result.to.version}: traffic was back ${result.move.readBackAt - result.move.writtenAt} ms after it was moved.`,
      `Verified: health ${result.verified.health}; smoke ${result.verified.smoke}.`,
      ...(result.pages === undefined
        ? []
        : [`Pages: those of ${result.pages.version ?? "nobody that could be read"}.`]),
      ...(result.databaseReport === undefined ? [] : [result.databaseReport]),
      result.stateInLine
        ? "Pulumi's state says the same. Commit the stack file."
        : "Pulumi's state is not in line yet: run `pulumi up` when the engine is back.",
    ].join("\n"),
  };
}
