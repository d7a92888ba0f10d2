import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { Context } from "../context.ts";

/**
 * How the settings say that a dump is put in the place of the database.
 *
 * @throws Problem (usage) where they do not
 */
export function requireDumps(context: Context, told: Readonly<Record<"untouched" | "next", string>>) {
  const { kubernetes } = context.settings();
  const dump = kubernetes?.database?.dump;
  if (kubernetes !== undefined && dump?.restore !== undefined) {
    return { kubernetes, dump, secret: dump.restore.secret };
  }
  throw new Problem({
    happened:
      dump === undefined
        ? "The stack takes no dumps, and a snapshot of a volume is gone back to by hand."
        : "Nothing says by whom a dump is put in the place of the database.",
    where: `${context.stackFile.path}, ${context.projectName}:kubernetes.database.dump${dump === undefined ? "" : ".restore"}`,
    ...told,
    exitCode: exitCodes.usage,
  });
}
