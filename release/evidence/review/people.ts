import { samePerson } from "../../checklist/samePerson.ts";

/**
 * Whether a reviewer, by login, name or address, is one of these people. Doubt counts as yes: letter case, look-alikes and, between
 * a login and an address, the part before its @ are enough, because who reviews their own work is worse than one asked in vain.
 */
export function isOneOf(reviewer: string, people: readonly string[]): boolean {
  return people.some((person) => mayBeOne(named(reviewer), named(person)));
}

interface Named {
  readonly whole: string;
  /** What stands before the @ of an address. */
  readonly local: string | undefined;
}

/** Without what marks a login, and what GitHub puts before one in the addresses that it makes. */
function named(person: string): Named {
  const whole = person
    .trim()
    .replace(/^@/, "")
    .replace(/^\d+\+/, "");
  const at = whole.lastIndexOf("@");
  return { whole, local: at > 0 ? whole.slice(0, at) : undefined };
}

function mayBeOne(a: Named, b: Named): boolean {
  if (samePerson(a.whole, b.whole)) return true;
  // Two addresses may begin alike and be two people's.
  if ((a.local === undefined) === (b.local === undefined)) return false;
  return samePerson(a.local ?? a.whole, b.local ?? b.whole);
}

/**
 * Whether a reviewer is one of the owners that CODEOWNERS names: `@login`, `@org/team` by the team's members, or an address. Doubt
 * counts as no: apart from letter case the names must be the same letter by letter.
 */
export function isOwner(
  reviewer: string,
  owners: readonly string[],
  teams: readonly { readonly team: string; readonly members: readonly string[] }[],
): boolean {
  const plain = exact(reviewer);
  return owners.some((owner) => {
    const name = exact(owner);
    if (!owner.includes("/")) return name === plain;
    return teams.some((it) => exact(it.team) === name && it.members.some((member) => exact(member) === plain));
  });
}

/** Teams among the owners of which nobody says who belongs to them. */
export function unknownTeams(
  owners: readonly string[],
  teams: readonly { readonly team: string }[],
): readonly string[] {
  return owners.filter((owner) => owner.includes("/") && !teams.some((it) => exact(it.team) === exact(owner)));
}

function exact(name: string): string {
  return name.trim().replace(/^@/, "").toLowerCase();
}

/** `Name <address>` as name and address; either alone where the other is missing. */
export function namesIn(person: string): string[] {
  const [name = "", address = ""] = person.split(/[<>]/, 2);
  return [name.trim(), address.trim()].filter((it) => it !== "");
}
