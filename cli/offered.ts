import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import type { Context } from "./context.ts";

/** What to do instead of a command that a stack's platform does not offer yet. */
const instead = {
  kubernetes: {
    release: "deploy, switch and watch step by step: docs/kubernetes.md has them",
    watch: "watch by what the cluster's own monitoring says of the side that serves",
  },
} as const satisfies Record<string, Partial<Record<"release" | "watch", string>>>;

/**
 * Refuses a command that the stack's platform does not offer yet, before it asks this machine for what is elsewhere.
 *
 * @throws Problem that names the command and what to do instead; exit code 2
 */
export function requireOffered(context: Context, command: keyof (typeof instead)["kubernetes"]): void {
  const platform = platformIn(context);
  const ways: Readonly<Record<string, Readonly<Record<string, string>>>> = instead;
  const next = ways[platform]?.[command];
  if (next === undefined) return;
  throw new Problem({
    happened: `\`greenlight ${command}\` is not offered on ${platform} yet.`,
    where: `${context.stackFile.path}, ${context.projectName}:platform`,
    untouched: "Nothing was changed.",
    next,
    exitCode: exitCodes.usage,
  });
}

/** The platform that the stack file names; nothing else of it needs to be right. */
export function platformIn({ stackFile, projectName }: Context): string {
  return stackFile.text(`${projectName}:platform`) ?? "local";
}
