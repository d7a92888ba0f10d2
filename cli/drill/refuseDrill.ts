import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { Context } from "../context.ts";

/** Every error of a drill on Kubernetes says so. */
export const untouched = "The database that serves was not touched. Nothing was restored.";

/** How a drill on Kubernetes is begun anew. */
export const again = "run the same command again";

/** @throws Problem (usage) that says what to do instead */
export function refuseDrill(context: Context, happened: string, key: string, next: string): never {
  throw new Problem({
    happened,
    where: `${context.stackFile.path}, ${context.projectName}:${key}`,
    untouched,
    next,
    exitCode: exitCodes.usage,
  });
}
