import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { duration, group, listOf, text } from "./settingKinds.ts";

const argumentsExpected = "a list of the program and its arguments, such as [npx, prisma, migrate, deploy]";
/** A program and its arguments. */
export const argv = () =>
  listOf(z.string(argumentsExpected).max(4_096, argumentsExpected) as z.ZodString, argumentsExpected, 1, 100);

const printed = () => text("text of at most 200 characters", /^[\x20-\x7e]{1,200}$/);

const rollback = group(
  {
    command: argv().describe(
      "What takes the migration back. It is told the version as GREENLIGHT_RELEASE, and the one that serves by then as GREENLIGHT_RETURNS_TO.",
    ),
    verify: argv()
      .optional()
      .describe(
        "What tells the schema's state before and afterwards, in runs of its own, and ends with 0 both times. Left out, the migration's `verify`.",
      ),
    prints: printed().describe(
      "Text that a line of its output must hold when the migration is taken back. Where one does before, nothing is run; where none does afterwards, nothing counts as taken back, whatever the exit codes say.",
    ),
  },
  "{ command: [npm, run, rollback], prints: have not yet been applied }",
);

/** How a migration runs in containers of the candidate's image, on platforms where it does. */
export const migrationSettings = <More extends z.ZodRawShape>(more: More) =>
  group(
    {
      service: text("a service's name", /^[a-z][a-z0-9-]{0,30}$/).describe(
        "Service whose image and variables the migration runs with.",
      ),
      command: argv().describe("What migrates, inside the candidate's image."),
      verify: argv().describe("What tells the schema's state afterwards, in a run of its own: it asks the database."),
      prints: printed().describe(
        "Text that a line of its output must hold. Without it nothing counts as migrated, whatever the exit codes say.",
      ),
      rollback: rollback
        .optional()
        .describe(
          "How a version's migration is taken back, by runs of that version's own image, for `greenlight rollback --database script`. Left out, that is refused.",
        ),
      deadline: duration("15m", 60_000).describe("How long each of these runs may take."),
      ...more,
    },
    "{ service: api, command: [npx, prisma, migrate, deploy], verify: […], prints: up to date }",
  )
    .optional()
    .describe("Needed by releases whose manifest names a database tool.");

/** What of these settings can contradict itself, on any platform. */
interface StatedMigration {
  readonly service: string;
  readonly verify: readonly string[];
  readonly prints: string;
  readonly rollback?: { readonly verify?: readonly string[] | undefined; readonly prints: string } | undefined;
}

/**
 * What is wrong with the settings of a migration, a line each; empty when nothing is.
 *
 * @param services names of the stack's services
 */
export function migrationFaults(
  migration: StatedMigration | undefined,
  services: readonly string[],
  of: (key: string) => string,
): string[] {
  if (migration === undefined) return [];
  const { service, verify, prints, rollback } = migration;
  const asksTheSame = rollback !== undefined && isDeepStrictEqual(rollback.verify ?? verify, verify);
  return [
    ...(services.includes(service)
      ? []
      : [`${of("migration.service")} is ${JSON.stringify(service)}; expected one of ${services.join(", ")}`]),
    ...(asksTheSame && rollback.prints === prints
      ? [
          `${of("migration.rollback.prints")} is what ${of("migration.prints")} is, of the same question: a version that is migrated would count as taken back. Expected what its image prints when the migration is not there any more, or a ${of("migration.rollback.verify")}`,
        ]
      : []),
  ];
}
