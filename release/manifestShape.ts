import { z } from "zod";
import { evidenceKeys, planShape } from "./checklist/plan.ts";
import { durationExpected, readDuration } from "./duration.ts";
import { mostServices } from "./mostServices.ts";

/** What a version looks like: it becomes a file name, a tag and a process label. */
export const versionPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

// Control characters and bidirectional overrides can make a text show something other than what it says.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const deceiving = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;

const shown = (expected: string, max: number) =>
  z
    .string({ error: expected })
    .min(1, expected)
    .max(max, `at most ${max} characters`)
    .refine((text) => !deceiving.test(text), "text on one line, without control or invisible characters");

const path = (expected: string) => shown(expected, 1_000);

const argument = z
  .string({ error: "text" })
  .max(4_096, "at most 4096 characters")
  .refine((text) => !text.includes("\0"), "text without NUL characters");

const argv = z
  .array(argument, {
    error: "a list of the program and its arguments, such as [node, server.js]; it is not given to a shell",
  })
  .min(1, "at least the program's name")
  .max(100, "at most 100 arguments")
  .refine((parts) => parts[0] !== "", { error: "the program's name first", path: [0] })
  .readonly();

const env = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "a name of letters, digits and _, not starting with a digit"),
    z
      .string({ error: "text" })
      .max(8_192, "at most 8192 characters")
      .refine((text) => !text.includes("\0"), "text without NUL characters"),
    { error: "names with their values, such as { LOG_LEVEL: info }" },
  )
  .refine((variables) => Object.keys(variables).length <= 200, "at most 200 variables")
  .readonly();

const verify = z
  .strictObject(
    {
      sql: z.string({ error: "a query" }).min(1, "a query").max(10_000, "at most 10000 characters"),
      expect: z.string({ error: "the text the query's first column must have" }).max(1_000),
    },
    { error: "{ sql: a query, expect: what its first column must be }" },
  )
  .readonly();

const rollback = path("the script that undoes the migration, relative to the manifest").optional();
const folder = path("a folder, relative to the manifest");

const service = z
  .strictObject(
    {
      directory: folder.default("."),
      command: argv.optional(),
      image: z
        .string({ error: "an image with its digest" })
        .max(500, "at most 500 characters")
        .regex(
          /^[a-z0-9][A-Za-z0-9._/:-]*@sha256:[0-9a-f]{64}$/,
          "an image with its digest: registry/name@sha256: and 64 hex digits",
        )
        .optional(),
      env: env.default({}),
    },
    { error: "a service: { directory, command: [program, arguments] } or { image: name@sha256:… }" },
  )
  .refine((value) => value.command !== undefined || value.image !== undefined, "a command, an image, or both")
  .readonly();

const databaseTools = {
  none: z.strictObject({ tool: z.literal("none") }),
  prisma: z.strictObject({
    tool: z.literal("prisma"),
    directory: folder,
    schema: path("the schema.prisma file, relative to the manifest").optional(),
    command: argv.optional(),
    verify: verify.optional(),
    rollback,
  }),
  sql: z.strictObject({ tool: z.literal("sql"), directory: folder, verify: verify.optional(), rollback }),
  command: z.strictObject({ tool: z.literal("command"), directory: folder, command: argv, verify, rollback }),
} as const;

const database = z
  .discriminatedUnion("tool", [databaseTools.none, databaseTools.prisma, databaseTools.sql, databaseTools.command], {
    error: (issue) =>
      issue.code === "invalid_union"
        ? "one of prisma, sql, command, none"
        : "{ tool: prisma, sql, command or none, … }",
  })
  .readonly();

const timeout = z.string({ error: durationExpected }).transform((text, context) => {
  const milliseconds = readDuration(text);
  if (milliseconds === undefined || milliseconds < 1 || milliseconds > 3_600_000) {
    context.addIssue({ code: "custom", message: `${durationExpected}, at most 1h` });
    return z.NEVER;
  }
  return milliseconds;
});

const smoke = z
  .strictObject(
    { directory: folder.default("."), command: argv, timeout: timeout.default(60_000), env: env.default({}) },
    { error: "{ command: [program, arguments] } that tests one environment at its own address" },
  )
  .readonly();

/** Schema of a manifest whose scalars are text; defaults filled in. Messages say what is expected. */
export const manifestSchema = z
  .strictObject(
    {
      version: z
        .string({ error: "the version, such as v1.2.3" })
        .regex(
          versionPattern,
          "a version such as v1.2.3: letters, digits, dot, _ and -, starting with a letter or digit, at most 63 characters",
        ),
      commit: z
        .string({ error: "a commit" })
        .regex(/^[0-9a-f]{40}$/, "a full commit: 40 hex digits in lower case")
        .optional(),
      features: z
        .array(shown("what is new, in words", 300), { error: "a list of texts" })
        .max(100, "at most 100 features")
        .readonly()
        .default([]),
      services: z
        .record(
          z
            .string()
            .regex(
              /^[a-z][a-z0-9-]{0,30}$/,
              "a name of lower-case letters, digits and -, starting with a letter, at most 31 characters",
            ),
          service,
          {
            error: "the services by name",
          },
        )
        .refine((services) => Object.keys(services).length > 0, "at least one service")
        .refine((services) => Object.keys(services).length <= mostServices, `at most ${mostServices} services`)
        .readonly(),
      database: database.default({ tool: "none" }),
      smoke,
      ...planShape,
    },
    { error: "a manifest: version, services, smoke, …" },
  )
  .readonly();

/** What `releases/<version>.yaml` says, checked, with defaults filled in. Times in milliseconds, paths relative to the manifest. */
export type Manifest = z.output<typeof manifestSchema>;
/** One service of a release. It has a command (local platform), an image (the others), or both. */
export type Service = Manifest["services"][string];
/** How a release changes the database. */
export type DatabasePlan = Manifest["database"];
/** Read back after a migration: the first column of the only row must be the expected text. */
export type VerifyQuery = z.output<typeof verify>;
/** The team's own smoke test, run against one environment's own address; `timeout` in milliseconds. */
export type SmokeTest = Manifest["smoke"];
/** Environment variables of a process; values are text exactly as written. */
export type EnvironmentVariables = Service["env"];

/** The keys that may stand at a path of a manifest, for suggestions. */
export function keysAt(at: readonly PropertyKey[], tool: unknown): readonly string[] {
  const shapeKeys = (schema: { readonly shape: object }): string[] => Object.keys(schema.shape);
  if (at.length === 0) return shapeKeys(manifestSchema.unwrap());
  if (at[0] === "services" && at.length === 2) return shapeKeys(service.unwrap());
  if (at[0] === "smoke" && at.length === 1) return shapeKeys(smoke.unwrap());
  if (at[0] === "evidence" && at.length === 1) return evidenceKeys;
  if (at[0] !== "database") return [];
  if (at.length === 2 && at[1] === "verify") return shapeKeys(verify.unwrap());
  return typeof tool === "string" && Object.hasOwn(databaseTools, tool)
    ? shapeKeys(databaseTools[tool as keyof typeof databaseTools])
    : [];
}
