import { isOwner, unknownTeams } from "./people.ts";
import type { OwnedFiles } from "./reviewFacts.ts";
import type { TeamMembers } from "./reviewSummary.ts";

/**
 * Why changed files are not approved by who owns them; undefined when of each at least one owner is among those who approved.
 *
 * @param approvedBy logins, and addresses where CODEOWNERS names owners by theirs
 */
export function ownersRefusal(
  owned: readonly OwnedFiles[],
  approvedBy: readonly string[],
  teams: readonly TeamMembers[],
): string | undefined {
  const open = owned.filter((it) => !approvedBy.some((by) => isOwner(by, it.owners, teams)));
  if (open.length === 0) return undefined;
  const said = open.slice(0, 3).map((it) => {
    const more = it.count > it.paths.length ? ` and ${it.count - it.paths.length} more` : "";
    return `${it.paths.join(", ")}${more} by none of ${it.owners.slice(0, 5).join(", ")}`;
  });
  const unknown = [...new Set(open.flatMap((it) => unknownTeams(it.owners, teams)))];
  const who = unknown.length === 0 ? "" : ` (who is in ${unknown.slice(0, 3).join(", ")} is not said: add \`teams\`)`;
  return `not approved by their owners in CODEOWNERS: ${said.join("; ")}${who}`;
}
