import { z } from "zod";
import { duration, group, listOf, text } from "./settingKinds.ts";

const argumentsExpected = "a list of the program and its arguments, such as [npx, prisma, migrate, deploy]";
/** A program and its arguments. */
export const argv = () =>
  listOf(z.string(argumentsExpected).max(4_096, argumentsExpected) as z.ZodString, argumentsExpected, 1, 100);

/** How a migration runs in containers of the candidate's image, on platforms where it does. */
export const migrationSettings = <More extends z.ZodRawShape>(more: More) =>
  group(
    {
      service: text("a service's name", /^[a-z][a-z0-9-]{0,30}$/).describe(
        "Service whose image and variables the migration runs with.",
      ),
      command: argv().describe("What migrates, inside the candidate's image."),
      verify: argv().describe("What tells the schema's state afterwards, in a run of its own: it asks the database."),
      prints: text("text of at most 200 characters", /^[\x20-\x7e]{1,200}$/).describe(
        "Text that a line of its output must hold. Without it nothing counts as migrated, whatever the exit codes say.",
      ),
      deadline: duration("15m", 60_000).describe("How long each of the two runs may take."),
      ...more,
    },
    "{ service: api, command: [npx, prisma, migrate, deploy], verify: […], prints: up to date }",
  )
    .optional()
    .describe("Needed by releases whose manifest names a database tool.");
