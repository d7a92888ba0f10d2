import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { Context } from "../context.ts";
import type { Platform } from "../platform/platform.ts";
import { requireDumps } from "./requireDumps.ts";
import type { RollbackArgs } from "./rollback.ts";
import { requireScript, scriptOfImage } from "./scriptOfImage.ts";

/**
 * Refuses a way back of the database that the platform has not, before anything is changed.
 *
 * @param versions the one that traffic leaves and the one it goes back to; undefined where nobody knows them yet
 * @throws Problem (usage) that says what to leave out of the command
 */
export function requireDatabaseWay(
  context: Context,
  { name }: Platform,
  database: RollbackArgs["database"],
  versions: { readonly version: string; readonly returnsTo: string } | undefined,
): void {
  if (name === "local" || database === "keep") return;
  const untouched = "Nothing was changed.";
  if (database === "snapshot" && name === "kubernetes") {
    const next = "leave it out: traffic goes back at once without it; docs/kubernetes.md says how to restore by hand";
    requireDumps(context, { untouched, next });
    return;
  }
  if (database === "snapshot") {
    throw new Problem({
      happened: `--database snapshot is not offered on ${name}.`,
      untouched,
      next: "leave it out: traffic goes back at once without it; then `greenlight drill snapshot before-… --keep` restores one beside the database to be compared (docs/aws.md, Rollback)",
      exitCode: exitCodes.usage,
    });
  }
  const next = `leave out --database script: traffic goes back at once without it; docs/${name}.md says what to do about the database`;
  if (versions === undefined) requireScript(context, name, { untouched, next });
  else scriptOfImage(context, name, versions, { untouched, next });
}

/**
 * Takes the database back too, when traffic is back already. Only what the database itself shows afterwards is believed.
 *
 * @param version the release that is taken back
 * @returns what was done, in words
 */
export async function rollBackDatabase(args: RollbackArgs, version: string): Promise<string> {
  const { name } = args.platform;
  if (name === "local") return (await import("./localDatabase.ts")).rollBackLocalDatabase(args, version);
  if (args.database === "snapshot") return (await import("./byDump.ts")).rollBackByDump(args, version);
  const { rollBackByImage } = await import("./byImage.ts");
  return rollBackByImage(args, name, version);
}
