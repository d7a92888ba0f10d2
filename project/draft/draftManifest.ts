import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import type { Settings } from "../../config.ts";
import { featuresOf, issuesIn } from "../../release/draft/commits.ts";
import type { ManifestDraft } from "../../release/draft/manifestText.ts";
import { formatDuration } from "../../release/duration.ts";
import { isInside } from "../../release/projectPath.ts";
import type { Git } from "../git.ts";
import { historyOf } from "./history.ts";
import { findMigrations } from "./migrations.ts";
import { type Previous, previousManifest } from "./previous.ts";
import { findReports } from "./reports.ts";

type Json = z.core.util.JSONType;
type Group = Readonly<Record<string, Json>>;

/** A manifest as far as the project tells it. */
export interface DraftedManifest {
  readonly draft: ManifestDraft;
  /** Where its parts come from, a line each. */
  readonly from: readonly string[];
  /** Report files that are in no item, for their names tell none. */
  readonly untold: readonly string[];
}

/** Drafts the manifest of a version from git, the last manifest, the settings and what lies in the project. */
export async function draftManifest(it: {
  /** Absolute. */
  readonly project: string;
  readonly settings: Settings;
  readonly version: string;
  readonly git: Git;
}): Promise<DraftedManifest> {
  const { project, settings, version } = it;
  const folder = resolve(project, settings.releases);
  const at: Place = { project, folder, version, previous: previousManifest(folder, version) };
  const history = await historyOf(it.git, version);
  const issues = issuesIn(history.messages);
  const reports = findReports(project);
  const evidence = evidenceOf(at, settings, reports.byItem);
  const { duration, team, communication } = at.previous ?? {};
  const draft: ManifestDraft = {
    version,
    ...(history.commit === undefined ? {} : { commit: history.commit }),
    features: [...featuresOf(history.messages)],
    ...(issues.length === 0 ? {} : { issues: [...issues] }),
    services: servicesOf(at, settings),
    database: databaseOf(at, settings),
    smoke: smokeOf(at),
    ...(Object.keys(evidence).length === 0 ? {} : { evidence }),
    ...(duration === undefined ? {} : { duration }),
    ...(team === undefined ? {} : { team }),
    ...(communication === undefined ? {} : { communication }),
  };
  const counted = `${history.messages.length} ${history.messages.length === 1 ? "commit" : "commits"}`;
  return {
    draft,
    from: [
      history.commit === undefined
        ? "no commit: this is no git repository"
        : `commit ${history.commit.slice(0, 12)}, features and issues of ${counted}${history.since === undefined ? "" : ` since ${history.since}`}`,
      at.previous === undefined
        ? "services of the settings: there is no manifest before this one"
        : `services, database and smoke test of ${at.previous.ofVersion}`,
      ...Object.entries(evidence).map(([item]) => `evidence for ${item}, found in the project`),
    ],
    untold: reports.unknown,
  };
}

/** What a manifest's paths are relative to, and what it follows. */
interface Place {
  readonly project: string;
  /** Folder of the manifests. */
  readonly folder: string;
  readonly version: string;
  readonly previous: Previous | undefined;
}

function servicesOf(at: Place, settings: Settings): Group {
  return Object.fromEntries(
    Object.keys(settings.services).map((name) => {
      const before = at.previous?.services[name];
      if (before === undefined) return [name, { directory: toProject(at), command: [] }];
      const directory = asText(before.directory) ?? ".";
      const { image, ...rest } = before;
      return [
        name,
        {
          ...rest,
          ...(before.directory === undefined ? {} : { directory: forVersion(at, directory) }),
          ...(before.command === undefined ? {} : { command: argumentsFor(at, directory, before.command) }),
          // The digest of the last version would release that one again.
          ...(image === undefined ? {} : { image: `${String(image).split("@")[0] ?? name}@sha256:` }),
        },
      ];
    }),
  );
}

function databaseOf(at: Place, settings: Settings): Group {
  if (settings.database === undefined) return { tool: "none" };
  const before = at.previous?.database;
  const directory = asText(before?.directory);
  if (before !== undefined && directory !== undefined) {
    const { rollback, ...rest } = before;
    const script = forVersion(at, asText(rollback) ?? "");
    return {
      ...rest,
      directory: forVersion(at, directory),
      // The script of another version undoes another migration.
      ...(script !== "" && script !== rollback ? { rollback: script } : {}),
    };
  }
  const found = findMigrations(at.project);
  return found === undefined
    ? { tool: "none" }
    : { tool: found.tool, directory: relative(at.folder, join(at.project, found.folder)) };
}

function smokeOf(at: Place): Group {
  const before = at.previous?.smoke;
  if (before !== undefined) {
    const directory = asText(before.directory) ?? ".";
    return {
      ...before,
      ...(before.directory === undefined ? {} : { directory: forVersion(at, directory) }),
      ...(before.command === undefined ? {} : { command: argumentsFor(at, directory, before.command) }),
    };
  }
  const script = ["test:smoke", "smoke"].find((name) => scriptsOf(at.project).includes(name));
  return { directory: toProject(at), command: script === undefined ? [] : ["npm", "run", "--silent", script] };
}

/** Reports that are there; what the last manifest said of an item beside its files still holds. */
function evidenceOf(at: Place, settings: Settings, found: Readonly<Record<string, readonly string[]>>): Group {
  const items = new Map<string, Json>();
  for (const [item, before] of Object.entries(at.previous?.evidence ?? {})) {
    if (!Array.isArray(before.files)) continue;
    const files = before.files.flatMap((file) => asText(file) ?? []).map((file) => forVersion(at, file));
    const here = files.filter((file) => exists(at, file));
    if (here.length > 0) items.set(item, { ...before, files: here });
  }
  for (const [item, files] of Object.entries(found)) {
    const before = at.previous?.evidence[item] ?? {};
    const own = files.slice(0, 50).map((file) => relative(at.folder, join(at.project, file)));
    const targets = { p95: formatDuration(settings.thresholds.p95), errorRate: String(settings.thresholds.errorRate) };
    if (items.has(item)) continue;
    items.set(item, { ...(item === "tests/performance" ? { targets } : {}), ...before, files: own });
  }
  const changelog = ["CHANGELOG.md", "docs/CHANGELOG.md", "CHANGES.md"].find((it) => existsSync(join(at.project, it)));
  if (changelog !== undefined) {
    items.set("code/documentation", { changelog: relative(at.folder, join(at.project, changelog)) });
  }
  return Object.fromEntries([...items].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A path of the last manifest with this version in the place of that one, where there is such a file. */
function forVersion(at: Place, path: string, below = "."): string {
  const renamed = at.previous === undefined ? path : path.replaceAll(at.previous.ofVersion, at.version);
  return renamed !== path && exists(at, join(below, renamed)) ? renamed : path;
}

function argumentsFor(at: Place, directory: string, command: Json): Json {
  if (!Array.isArray(command)) return command;
  return command.map((it) => (typeof it === "string" ? forVersion(at, it, directory) : it));
}

/** Whether a path relative to the manifest is there, in the project. */
function exists(at: Place, path: string): boolean {
  const target = resolve(at.folder, path);
  return isInside(at.project, target) && existsSync(target);
}

/** The project's own folder, from a manifest. */
function toProject(at: Place): string {
  return relative(at.folder, at.project) || ".";
}

function asText(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

const packageFile = z.looseObject({ scripts: z.record(z.string(), z.string()).default({}) });

function scriptsOf(project: string): readonly string[] {
  const path = join(project, "package.json");
  if (!existsSync(path)) return [];
  try {
    return Object.keys(packageFile.parse(JSON.parse(readFileSync(path, "utf8"))).scripts);
  } catch {
    return []; // no package file that npm would take has no scripts
  }
}
