import { z } from "zod";
import { readDuration } from "./release/duration.ts";
import { exitCodes } from "./release/exitCodes.ts";
import { Problem } from "./release/problem.ts";
import { defaultThresholds, type Thresholds } from "./release/thresholds.ts";

const duration = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const ms = readDuration(text);
      if (ms !== undefined) return ms;
      context.addIssue({ code: "custom", message: "expected a duration such as 250ms, 90s, 5m or 1h" });
      return z.NEVER;
    });
const port = z.number().int().min(1024).max(65535);
const environmentName = z.enum(["blue", "green"]);
const version = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "expected a version such as v1.2.3");

const health = z.strictObject({
  /** Path asked on every instance. */
  path: z.string().startsWith("/").default("/health"),
  /** Expected status. */
  status: z.number().int().min(100).max(599).default(200),
  /** Text that the body must contain. */
  body: z.string().optional(),
  /** A value in a JSON body, by dotted path. */
  json: z.strictObject({ path: z.string(), equals: z.union([z.string(), z.number(), z.boolean()]) }).optional(),
});

const service = z.strictObject({
  /** Port where users reach the service, on the proxy. */
  port,
  /** Processes in each environment. */
  instances: z.number().int().min(1).max(20).default(2),
  health: health.prefault({}),
  /** How long a stopping process may finish its requests. */
  drain: duration("10s"),
  /** How long a starting process may take until it listens. */
  start: duration("15s"),
});

/** Every key of a stack's configuration; each is `greenlight:<key>` in the stack file. */
export const settingsShape = z.strictObject({
  /** Where the release runs. */
  platform: z.enum(["local"]).default("local"),
  /** The environment that serves; changing this line is the switch. */
  live: environmentName,
  /** Version in blue; leave out while blue is empty. */
  blue: version.optional(),
  /** Version in green; leave out while green is empty. */
  green: version.optional(),
  /** Folder of the release manifests, inside the project. */
  releases: z.string().default("releases"),
  /** Folder for processes' files, logs, snapshots and the journal, inside the project. */
  folder: z.string().default(".greenlight"),
  /** Address that everything listens on. */
  listen: z.string().default("127.0.0.1"),
  services: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "expected a name such as api, with a-z, 0-9 and -"), service)
    .refine((it) => Object.keys(it).length > 0, "at least one service is needed"),
  database: z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z][a-z0-9_]{0,30}$/)
        .default("app"),
      user: z
        .string()
        .regex(/^[a-z][a-z0-9_]{0,30}$/)
        .default("app"),
      /** Port of the server; by default one of `ports`. */
      port: port.optional(),
    })
    .optional(),
  /** First of the ports that Greenlight gives to instances, direct addresses, admin and database. */
  ports: port.default(21000),
  gates: z
    .strictObject({
      /** Good answers in a row that each instance must give. */
      successes: z.number().int().min(1).max(100).default(3),
      interval: duration("500ms"),
      deadline: duration("60s"),
    })
    .prefault({}),
  backup: z
    .strictObject({
      /** Restore each snapshot into a scratch database and compare row counts before migrating. */
      drill: z.boolean().default(true),
      /** Snapshots that are kept; the one of the release that is out is always kept. */
      keep: z.number().int().min(1).max(1000).default(10),
      /** Keep the snapshots when the stack is destroyed. */
      keepOnDestroy: z.boolean().default(true),
    })
    .prefault({}),
  thresholds: z
    .strictObject({
      errorRate: z.number().min(0).max(1).default(defaultThresholds.errorRate.max),
      errorFor: duration("5m"),
      p95: duration("5s"),
      p95For: duration("1m"),
      minRequests: z.number().int().min(1).default(defaultThresholds.minRequests),
    })
    .prefault({}),
  watch: z
    .strictObject({
      /** How long the candidate is watched after the switch before go or no-go. */
      for: duration("60m"),
      every: duration("10s"),
      /** How often key user flows are checked again by the smoke command. */
      smokeEvery: duration("5m"),
    })
    .prefault({}),
  /** How long `pulumi up` itself watches after a switch; the `greenlight` command watches by `watch`. */
  bake: duration("0s"),
});

export type Settings = z.infer<typeof settingsShape>;

/** Keys whose value in the stack file is an object. */
const structured = new Set(["services", "database", "gates", "backup", "thresholds", "watch"]);

/**
 * Reads a stack's configuration, as the engine gives it (`namespace:key` to text, objects as JSON).
 * Every wrong or unknown key is named with what was found and what was expected.
 */
export function readSettings(config: Readonly<Record<string, string>>, namespace = "greenlight"): Settings {
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [full, text] of Object.entries(config)) {
    if (!full.startsWith(`${namespace}:`)) continue;
    const key = full.slice(namespace.length + 1);
    try {
      values[key] = structured.has(key) ? JSON.parse(text) : scalar(key, text);
    } catch {
      faults.push(`${full} is not an object: ${text.slice(0, 60)}`);
    }
  }
  const parsed = settingsShape.safeParse(values);
  if (parsed.success && faults.length === 0) {
    faults.push(...portFaults(parsed.data));
    if (faults.length === 0) return parsed.data;
  } else if (!parsed.success) {
    faults.push(
      ...parsed.error.issues.map((issue) => `${namespace}:${issue.path.map(String).join(".")}: ${issue.message}`),
    );
  }
  throw new Problem({
    happened: `The stack's settings are wrong:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    where: "Pulumi.<stack>.yaml",
    untouched: "Nothing was changed.",
    next: "correct the keys named above; docs/settings.md lists every key",
    exitCode: exitCodes.usage,
  });
}

export function thresholdsOf(settings: Settings): Thresholds {
  const { errorRate, errorFor, p95, p95For, minRequests } = settings.thresholds;
  return {
    ...defaultThresholds,
    errorRate: { max: errorRate, for: errorFor },
    p95: { maxMs: p95, for: p95For },
    minRequests,
  };
}

function scalar(key: string, text: string): unknown {
  if (key === "ports" && /^\d+$/.test(text)) return Number(text);
  return text;
}

function portFaults(settings: Settings): string[] {
  const used = new Map<number, string>();
  const faults: string[] = [];
  const take = (number: number, who: string) => {
    const before = used.get(number);
    if (before !== undefined) faults.push(`port ${number} is given twice: to ${before} and to ${who}`);
    used.set(number, who);
  };
  for (const [name, it] of Object.entries(settings.services)) take(it.port, `services.${name}`);
  if (settings.database?.port !== undefined) take(settings.database.port, "database");
  return faults;
}
