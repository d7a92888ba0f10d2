import { z } from "zod";
import { handler, type Step } from "../handler.ts";
import type { MigrateOptions } from "./migrations/apply.ts";

const verify = z.strictObject({ sql: z.string(), expect: z.string() });
const folderPlan = {
  directory: z.string(),
  verify: verify.optional(),
  rollback: z.string().optional(),
};
/** What the manifest says of the database, with absolute paths. */
const plan = z.discriminatedUnion("tool", [
  z.strictObject({
    tool: z.literal("prisma"),
    ...folderPlan,
    schema: z.string().optional(),
    command: z.array(z.string()).optional(),
  }),
  z.strictObject({ tool: z.literal("sql"), ...folderPlan }),
  z.strictObject({ tool: z.literal("command"), ...folderPlan, command: z.array(z.string()).min(1), verify }),
]);

const inputs = z.strictObject({
  version: z.string(),
  databaseUrl: z.string(),
  plan,
  /** Digest of the migration files: an edited file is a change. */
  digest: z.string(),
  /** Folder in which the team's own Prisma command line is looked for. */
  project: z.string(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** Names of the migrations that this release applied. */
  readonly applied: readonly string[];
  /** Names of all that the release needs, read back as done. */
  readonly present: readonly string[];
  readonly by: string;
  readonly verifiedBy: string;
  readonly notes: readonly string[];
  /** Whether the database still has them all. */
  readonly complete: boolean;
}

/** The schema that a release needs, proven by reading the migration table afterwards. */
export const databaseMigration = handler<Inputs, Outputs>({
  inputs,
  drifted: (state) => !state.complete,
  async create(step, it) {
    return { id: `${step.name}-${it.version}`, outputs: await bring(step, it) };
  },
  async read(_, __, state) {
    if (state.plan.tool === "command") return state;
    const { parseDatabaseUrl } = await import("./connection.ts");
    const { readMigrations } = await import("./migrations/history.ts");
    const connection = parseDatabaseUrl(state.databaseUrl);
    const there = await readMigrations({ connection, layout: state.plan.tool }).then(
      (history) => history.applied.map(({ name }) => name),
      () => undefined, // the database itself is gone: its own resource says so
    );
    if (there === undefined) return { ...state, complete: false };
    return { ...state, complete: state.present.every((name) => there.includes(name)) };
  },
  async update(step, _, __, news) {
    return bring(step, news);
  },
  async delete() {
    // The schema stays: taking it back is a rollback, which a person asks for.
  },
});

async function bring(step: Step, it: Inputs): Promise<Outputs> {
  const { parseDatabaseUrl } = await import("./connection.ts");
  const { migrate } = await import("./migrations/apply.ts");
  const connection = parseDatabaseUrl(it.databaseUrl);
  const result = await migrate({ ...optionsOf(it), connection, signal: step.signal });
  const applied = result.applied.map(({ name }) => name);
  return {
    applied,
    present: [...result.alreadyApplied, ...applied],
    by: result.by,
    verifiedBy: result.verifiedBy,
    notes: result.notes,
    complete: true,
  };
}

type Tool =
  | Pick<Extract<MigrateOptions, { tool: "prisma" | "sql" }>, "tool" | "directory" | "projectDirectory" | "schemaFile">
  | Omit<Extract<MigrateOptions, { tool: "command" }>, "connection">;

function optionsOf({ plan: it, project }: Inputs): Tool {
  if (it.tool === "command") return { tool: "command", command: it.command, cwd: it.directory, verify: it.verify };
  const schema = it.tool === "prisma" && it.schema !== undefined ? { schemaFile: it.schema } : {};
  return { tool: it.tool, directory: it.directory, projectDirectory: project, ...schema };
}
