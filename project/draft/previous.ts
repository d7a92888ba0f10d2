import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import semver from "semver";
import { z } from "zod";
import { readStrictYaml } from "../../release/strictYaml.ts";

const group = z.record(z.string(), z.json());
/** What a new manifest takes over from the last one; scalars are text as written. */
const shape = z.looseObject({
  services: z.record(z.string(), group).default({}),
  database: group.optional(),
  smoke: group.optional(),
  evidence: z.record(z.string(), group).default({}),
  duration: z.string().optional(),
  team: z.string().optional(),
  communication: z.json().optional(),
});

/** The manifest that a new one follows. */
export interface Previous extends z.infer<typeof shape> {
  readonly ofVersion: string;
}

const order = new Intl.Collator("en", { numeric: true });

/** The manifest of the highest version below this one, else of the highest; undefined when none can be read. */
export function previousManifest(folder: string, version: string): Previous | undefined {
  const versions = namesIn(folder)
    .flatMap((name) => /^([A-Za-z0-9][A-Za-z0-9._-]{0,62})\.yaml$/.exec(name)?.[1] ?? [])
    .filter((it) => it !== version)
    .sort((a, b) => compare(b, a));
  const below = versions.filter((it) => compare(it, version) < 0);
  const above = versions.filter((it) => compare(it, version) >= 0);
  for (const it of [...below, ...above]) {
    const read = readOne(join(folder, `${it}.yaml`));
    if (read !== undefined) return { ...read, ofVersion: it };
  }
  return undefined;
}

function readOne(path: string): z.infer<typeof shape> | undefined {
  const stat = statSync(path);
  if (!stat.isFile() || stat.size > 256 * 1024) return undefined;
  const yaml = readStrictYaml(readFileSync(path, "utf8"));
  const parsed = shape.safeParse(yaml.value);
  return yaml.faults.length === 0 && parsed.success ? parsed.data : undefined;
}

function compare(a: string, b: string): number {
  const [left, right] = [semver.parse(a), semver.parse(b)];
  return left !== null && right !== null ? semver.compare(left, right) : order.compare(a, b);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
