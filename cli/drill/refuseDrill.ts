import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { Context } from "../context.ts";

/** Every error of a drill on Kubernetes says so. */
export const untouched = "The database that serves was not touched. Nothing was restored.";

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
