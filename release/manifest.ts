import { createHash } from "node:crypto";
import { planShape } from "./checklist/plan.ts";
import { exitCodes } from "./exitCodes.ts";
import { keysAt, type Manifest, manifestSchema } from "./manifestShape.ts";
import { Problem } from "./problem.ts";
import { resolveInside } from "./projectPath.ts";
import { readStrictYaml, type StrictYaml } from "./strictYaml.ts";
import { nearest } from "./suggestion.ts";

export type { DatabasePlan, EnvironmentVariables, Manifest, Service, SmokeTest, VerifyQuery } from "./manifestShape.ts";
export { manifestSchema, versionPattern } from "./manifestShape.ts";

/** One thing wrong in a manifest. */
export interface ManifestFault {
  /** 1-based; 0 when the fault has no place in the file. */
  readonly line: number;
  readonly column: number;
  /** `services.api.command[0]`; empty for the file as a whole. */
  readonly path: string;
  /** What is there, shortened; undefined when it is missing or must not be shown. */
  readonly value: string | undefined;
  /** What should be there. */
  readonly expected: string;
}

/** A manifest that is not taken; `faults` has each reason. */
export class ManifestProblem extends Problem {
  readonly faults: readonly ManifestFault[];

  constructor(file: string, faults: readonly ManifestFault[]) {
    super({
      happened: `${file} is not a valid release manifest: ${faults.length === 1 ? "1 fault" : `${faults.length} faults`}.`,
      where: faults.map((fault) => faultText(file, fault)).join("\n       "),
      untouched: "Nothing was started.",
      next: "Mend the manifest and run the same command again.",
      exitCode: exitCodes.usage,
    });
    this.faults = faults;
  }
}

/**
 * Reads `releases/<version>.yaml`.
 *
 * @param file its name, for errors
 * @throws ManifestProblem with line, path, value and expectation of every fault (at most 20)
 */
export function parseManifest(text: string, file: string): Manifest {
  const yaml = readStrictYaml(text);
  if (yaml.faults.length > 0) {
    throw new ManifestProblem(
      file,
      yaml.faults.map(({ line, column, path, happened }) => ({
        line,
        column,
        path: pathText(path),
        value: undefined,
        expected: happened,
      })),
    );
  }
  const parsed = manifestSchema.safeParse(yaml.value);
  if (parsed.success) return parsed.data;
  throw new ManifestProblem(file, parsed.error.issues.flatMap((issue) => faultsOf(issue, yaml)).slice(0, 20));
}

/**
 * sha256 (hex) of what a manifest deploys: comments, order of keys and layout do not count, nor does the checklist's part, which may
 * still grow while the same version stands deployed.
 */
export function manifestDigest(manifest: Manifest): string {
  const deployed = Object.entries(manifest).filter(([key]) => !Object.hasOwn(planShape, key));
  return createHash("sha256")
    .update(canonical(Object.fromEntries(deployed)))
    .digest("hex");
}

/**
 * The manifest with absolute paths, all inside the project folder.
 *
 * @param manifestDir folder of the manifest, absolute or relative to the project folder
 * @throws Problem naming the first path that leaves the project folder
 */
export function locateManifest(manifest: Manifest, projectDir: string, manifestDir: string): Manifest {
  const at = (path: string, where: string): string => resolveInside(projectDir, manifestDir, path, where);
  const { database } = manifest;
  return {
    ...manifest,
    services: Object.fromEntries(
      Object.entries(manifest.services).map(([name, service]) => [
        name,
        { ...service, directory: at(service.directory, `services.${name}.directory`) },
      ]),
    ),
    database:
      database.tool === "none"
        ? database
        : {
            ...database,
            directory: at(database.directory, "database.directory"),
            ...(database.rollback === undefined ? {} : { rollback: at(database.rollback, "database.rollback") }),
            ...("schema" in database && database.schema !== undefined
              ? { schema: at(database.schema, "database.schema") }
              : {}),
          },
    smoke: { ...manifest.smoke, directory: at(manifest.smoke.directory, "smoke.directory") },
  };
}

type Issue = NonNullable<ReturnType<typeof manifestSchema.safeParse>["error"]>["issues"][number];

function faultsOf(issue: Issue, yaml: StrictYaml): ManifestFault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const known = keysAt(issue.path, at(yaml.value, ["database", "tool"]));
      const meant = nearest(key, known);
      return {
        ...yaml.placeOf([...issue.path, key]),
        path: pathText([...issue.path, key]),
        value: undefined,
        expected: `no such key${meant === undefined ? "" : `; did you mean ${meant}?`}${known.length === 0 ? "" : ` (known: ${known.join(", ")})`}`,
      };
    });
  }
  // A record's bad key says why in the inner issue.
  const expected = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [
    {
      ...yaml.placeOf(issue.path),
      path: pathText(issue.path),
      value: issue.code === "invalid_key" ? undefined : valueText(at(yaml.value, issue.path), issue.path),
      expected,
    },
  ];
}

function faultText(file: string, fault: ManifestFault): string {
  const place = fault.line === 0 ? file : `${file}:${fault.line}:${fault.column}`;
  const subject = fault.path === "" ? "" : ` ${fault.path}`;
  return fault.value === undefined
    ? `${place}${subject}: ${fault.expected}`
    : `${place}${subject} is ${fault.value}; expected ${fault.expected}`;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, key)) return undefined;
    inner = (inner as Record<PropertyKey, unknown>)[key];
  }
  return inner;
}

function valueText(value: unknown, path: readonly PropertyKey[]): string | undefined {
  if (value === undefined) return "missing";
  // A value of env may be a secret that should not be there in the first place.
  if (path.includes("env") && typeof value === "string") return undefined;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a group of keys";
  const text = String(value);
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
    "",
  );
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
    .join(",")}}`;
}
