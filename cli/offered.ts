import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import type { Context } from "./context.ts";

/** What to do instead of a command that a stack's platform does not offer yet. */
const instead = {
  aws: {
    check: "judge the checklist by hand (docs/checklist.md): its items would ask this machine what serves",
  },
} as const;

/**
 * Refuses a command that the stack's platform does not offer yet, before it asks this machine for what is elsewhere.
 *
 * @throws Problem that names the command and what to do instead; exit code 2
 */
export function requireOffered(context: Context, command: keyof (typeof instead)["aws"]): void {
  if (platformIn(context) !== "aws") return;
  throw new Problem({
    happened: `\`greenlight ${command}\` is not offered on aws yet.`,
    where: `${context.stackFile.path}, ${context.projectName}:platform`,
    untouched: "Nothing was changed.",
    next: instead.aws[command],
    exitCode: exitCodes.usage,
  });
}

/**
 * Refuses every command that asks a platform which answers none of them yet.
 *
 * @throws Problem that says what to do instead; exit code 2
 */
export function requirePlatformOffered(context: Context): void {
  if (platformIn(context) !== "kubernetes") return;
  throw new Problem({
    happened: "The commands that ask what serves are not offered on kubernetes yet.",
    where: `${context.stackFile.path}, ${context.projectName}:platform`,
    untouched: "Nothing was changed.",
    next: "release, switch and go back with plain pulumi: docs/kubernetes.md has each step",
    exitCode: exitCodes.usage,
  });
}

/** The platform that the stack file names; nothing else of it needs to be right. */
export function platformIn({ stackFile, projectName }: Context): string {
  return stackFile.text(`${projectName}:platform`) ?? "local";
}
