import { Problem } from "../../release/problem.ts";

/** What is to be done where the engine says that it cannot read its own state, as after a kill while it wrote; undefined where it does not. */
export function unreadableState(said: string): Problem | undefined {
  const line = /failed to load checkpoint: [^\n]{0,200}/.exec(said)?.[0];
  if (line === undefined) return undefined;
  return new Problem({
    happened: `Pulumi's state of the stack cannot be read: ${line}.`,
    untouched: "Nothing was changed; what serves goes on.",
    next: "run `greenlight release`, `switch` or `rollback`: each mends it first (docs/rollback.md, When Pulumi's state cannot be read)",
  });
}
