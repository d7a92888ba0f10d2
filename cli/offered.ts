import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import type { Context } from "./context.ts";

/** What to do instead of a command that judges, where nobody counts users' requests. */
const instead = {
  release: "deploy, switch and watch step by step",
  watch: "watch by what the cluster's own monitoring says of the side that serves",
} as const;

/**
 * Refuses a command that would judge what users are answered where nobody counts that, before it touches anything.
 *
 * @throws Problem that names the command and what to do instead; exit code 2
 */
export function requireCounted(context: Context, command: keyof typeof instead): void {
  if (platformIn(context) !== "kubernetes") return;
  if (context.settings().kubernetes?.prometheus !== undefined) return;
  throw new Problem({
    happened: `\`greenlight ${command}\` needs somebody who counts what users are answered.`,
    where: `${context.stackFile.path}, ${context.projectName}:kubernetes.prometheus`,
    untouched: "Nothing was changed.",
    next: `name a Prometheus there, or ${instead[command]}: docs/kubernetes.md has both`,
    exitCode: exitCodes.usage,
  });
}

/** The platform that the stack file names; nothing else of it needs to be right. */
export function platformIn({ stackFile, projectName }: Context): string {
  return stackFile.text(`${projectName}:platform`) ?? "local";
}
