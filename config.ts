import { z } from "zod";
import { awsSettings } from "./components/aws/settings.ts";
import { awsFaults } from "./components/aws/settingsFaults.ts";
import { kubernetesSettings } from "./components/kubernetes/settings.ts";
import { kubernetesFaults } from "./components/kubernetes/settingsFaults.ts";
import { localFaults } from "./components/local/settingsFaults.ts";
import {
  databaseName,
  duration,
  environmentName,
  flag,
  folder,
  group,
  path,
  port,
  rate,
  text,
  userExpected,
  version,
  whole,
} from "./project/settingKinds.ts";
import { faultsOfIssue, tellFound } from "./project/settingsFaults.ts";
import { strategySettings } from "./project/strategySettings.ts";
import { announcementsShape } from "./release/announcements/settings.ts";
import { calendarSettings } from "./release/calendar/settings.ts";
import { checklistLevels } from "./release/checklist/facts.ts";
import { leastWatchMs } from "./release/checklist/leastWatch.ts";
import { formatDuration } from "./release/duration.ts";
import { other } from "./release/environment.ts";
import { exitCodes } from "./release/exitCodes.ts";
import { mostServices } from "./release/mostServices.ts";
import { Problem } from "./release/problem.ts";
import { nearest } from "./release/suggestion.ts";
import { isTestersHeader, longestHeader } from "./release/testersHeader.ts";
import { defaultThresholds, type Thresholds } from "./release/thresholds.ts";

const scalarValue = z.union(
  [z.string().max(1000), z.number(), z.boolean()],
  "text of at most 1000 characters, a number, true or false",
);

const health = group(
  {
    path: path().default("/health").describe("Path asked on every instance."),
    status: whole(100, 599).default(200).describe("Status of a good answer."),
    body: text("text of at most 1000 characters", /^.{1,1000}$/s)
      .optional()
      .describe("Text that the body must contain."),
    json: group(
      {
        path: text("a dotted path, such as checks.database", /^[^.]{1,100}(\.[^.]{1,100}){0,20}$/).describe(
          "Dotted path into a JSON body.",
        ),
        equals: scalarValue
          .meta({ expected: "text, a number, true or false" })
          .describe("Value that must be found there."),
      },
      "{ path: database, equals: ok }",
    )
      .optional()
      .describe("A value that a JSON body must have."),
  },
  "{ path: /health, status: 200 }",
);

const service = group(
  {
    port: port().describe("Port on which users reach the service, at the proxy."),
    instances: whole(1, 20).default(2).describe("Processes of the service in each environment."),
    health: health.prefault({}).describe("What a healthy instance answers."),
    drain: duration("10s").describe("How long a stopping process may finish its requests."),
    start: duration("15s", 100).describe("How long a starting process may take until it listens."),
  },
  "{ port: 8080 }",
);

const serviceNameExpected = "a name such as api, with a-z, 0-9 and -, at most 31 characters";
const servicesExpected = "services by name, such as { api: { port: 8080 } }";

const headerExpected = `the name of a header of yours such as x-environment, at most ${longestHeader} characters; not one that proxies or services use`;

/** Every key of a stack's configuration; each is `greenlight:<key>` in the stack file. */
export const settingsShape = z.strictObject({
  platform: z
    .enum(["local", "aws", "kubernetes"], "local, aws or kubernetes")
    .meta({ expected: "local, aws or kubernetes" })
    .default("local")
    .describe(
      "Where the release runs: `local` is this machine, `aws` is docs/aws.md, `kubernetes` is docs/kubernetes.md.",
    ),
  live: environmentName().describe("The environment that serves. Changing this line is the switch."),
  blue: version().optional().describe("Version in blue. Leave it out while blue is empty."),
  green: version().optional().describe("Version in green. Leave it out while green is empty."),
  releases: folder().default("releases").describe("Folder of the release manifests, inside the project."),
  folder: folder()
    .default(".greenlight")
    .describe("Folder for processes' files, logs, snapshots and the journal, inside the project."),
  listen: z
    .ipv4("an IPv4 address of this machine, such as 127.0.0.1")
    .meta({ expected: "an IPv4 address of this machine" })
    .default("127.0.0.1")
    .describe(
      "Address on which the services' own ports listen. Their instances, the proxy's admin page and the database stay on loopback.",
    ),
  services: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, serviceNameExpected), service, servicesExpected)
    .refine((it) => Object.keys(it).length > 0, "at least one service")
    .refine((it) => Object.keys(it).length <= mostServices, `at most ${mostServices} services`)
    .meta({ expected: servicesExpected, named: "service" })
    .describe("The services that are released and switched together, by name."),
  database: group(
    {
      name: databaseName().default("app").describe("Name of the database."),
      user: text(userExpected, /^(?!pg_)[a-z][a-z0-9_]{0,30}$/)
        .default("app")
        .describe("User that owns it; its password is made by the stack."),
      port: port().optional().describe("Port of the server. Left out, it is the second from `ports` on."),
    },
    "{ name: shop, user: shop }",
  )
    .optional()
    .describe("A PostgreSQL server for the services, as DATABASE_URL. Leave it out when they need none."),
  ports: port()
    .default(21000)
    .describe("First of the ports given to instances, direct addresses, the proxy's admin page and the database."),
  checklist: group(
    {
      level: z
        .enum(checklistLevels, "mandatory, advisory or none")
        .default("mandatory")
        .meta({ expected: "mandatory, advisory or none" })
        .describe(
          "`mandatory` refuses a release or switch with an item that fails; `advisory` only tells; `none` asks for nothing.",
        ),
      leastWatch: duration(formatDuration(leastWatchMs), 1000).describe(
        "The shortest `watch.for` that `anti-patterns/unwatched` takes. Shorter only for a rehearsal or staging: the item then says so.",
      ),
    },
    "{ level: mandatory, leastWatch: 5m }",
  )
    .prefault({})
    .describe("The pre-deployment checklist of docs/checklist.md."),
  calendar: calendarSettings
    .optional()
    .describe("When releases may begin: windows, freezes and holidays of each team. Rollbacks are never asked."),
  announcements: announcementsShape
    .optional()
    .describe("Who is told of releases, and how (docs/announcements.md). Left out, only the terminal and the journal."),
  gates: group(
    {
      successes: whole(1, 100).default(3).describe("Good answers in a row that each instance must give."),
      interval: duration("500ms", 10).describe("Pause between two questions to an instance."),
      deadline: duration("60s", 100).describe("How long the health gate waits for them."),
    },
    "{ successes: 3, deadline: 60s }",
  )
    .prefault({})
    .describe("The health gate that an environment passes before it may serve."),
  backup: group(
    {
      drill: flag()
        .default(true)
        .describe("Restore each snapshot into a scratch database and compare it before migrating."),
      keep: whole(1, 1000).default(10).describe("Snapshots that are kept; the newest always is."),
      keepOnDestroy: flag().default(true).describe("Keep the snapshots when the stack is destroyed."),
    },
    "{ drill: true, keep: 10 }",
  )
    .prefault({})
    .describe("The snapshot of the database before each migration."),
  thresholds: group(
    {
      errorRate: rate()
        .default(defaultThresholds.errorRate.max)
        .describe("No-go above this share of failed requests …"),
      errorFor: duration("5m", 1000).describe("… for this long."),
      p95: duration("5s", 1).describe("No-go when the 95th percentile of answer times is above this …"),
      p95For: duration("1m", 1000).describe("… over this long."),
      minRequests: whole(1, 1_000_000)
        .default(defaultThresholds.minRequests)
        .describe("With fewer requests to a service nothing is decided about it."),
    },
    "{ errorRate: 0.01, errorFor: 5m }",
  )
    .prefault({})
    .describe("When a release is a no-go."),
  watch: group(
    {
      for: duration("60m", 1000).describe("How long the candidate is watched after the switch before go or no-go."),
      every: duration("10s", 100).describe("Time between two looks, also of `bake`."),
      smokeEvery: duration("5m", 1000).describe("Time between two runs of the smoke command while watching."),
    },
    "{ for: 60m, every: 10s }",
  )
    .prefault({})
    .describe("How the `greenlight` command watches a release."),
  bake: duration("0s").describe(
    "How long `pulumi up` itself watches who was given traffic, after a switch or a share, and fails unless the verdict is go (docs/strategies.md); 0s leaves watching to the command.",
  ),
  share: whole(0, 99)
    .default(0)
    .describe(
      "Percent of users' requests that the environment which is not live answers (docs/strategies.md). `greenlight release` sets it; by hand, raise it from update to update.",
    ),
  room: whole(0, 100)
    .optional()
    .describe(
      "With `rolling`: another share that both environments have the instances for, besides `share`. `greenlight release` sets it one update before traffic moves there, and takes it out after.",
    ),
  strategy: strategySettings
    .prefault({})
    .describe("How users come to a new version with `greenlight release` (docs/strategies.md)."),
  testers: group(
    {
      header: z
        .string(headerExpected)
        .transform((said) => said.toLowerCase())
        .refine(isTestersHeader, headerExpected)
        .meta({ expected: headerExpected })
        .describe(
          "Name of the header. A request whose value of it is exactly `blue` or `green` is answered by that side, if it is deployed; any other goes by the shares.",
        ),
    },
    "{ header: x-environment }",
  )
    .optional()
    .describe(
      "Lets testers reach either side by a header, whatever the shares (docs/strategies.md#testers). It hides nothing: whoever knows the header may use it. Left out, no header leads anywhere.",
    ),
  aws: awsSettings.optional().describe("What the platform aws needs to know (docs/aws.md)."),
  kubernetes: kubernetesSettings
    .optional()
    .describe("What the platform kubernetes needs to know (docs/kubernetes.md)."),
});

export type Settings = z.infer<typeof settingsShape>;

/** Keys whose value in the stack file is a group. */
const structured = new Set([
  "services",
  "checklist",
  "calendar",
  "announcements",
  "database",
  "gates",
  "backup",
  "thresholds",
  "watch",
  "strategy",
  "testers",
  "aws",
  "kubernetes",
]);
/** Keys whose value is a number, which the engine gives as text. */
const numeric = new Set(["ports", "share", "room"]);
/** The engine refuses nothing by size; a wrong file is not to be shown in full either. */
const sizeLimit = 64 * 1024;

/**
 * Reads a stack's configuration, as the engine gives it (`namespace:key` to text, groups as JSON).
 *
 * @throws Problem naming every wrong or unknown key (at most 20) with what was found and what was expected
 */
export function readSettings(config: Readonly<Record<string, string>>, namespace = "greenlight"): Settings {
  const known = Object.keys(settingsShape.shape);
  const values = new Map<string, unknown>();
  const faults: string[] = [];
  for (const [full, said] of Object.entries(config)) {
    if (!full.startsWith(`${namespace}:`)) continue;
    const key = full.slice(namespace.length + 1);
    if (!known.includes(key)) {
      const meant = nearest(key, known);
      faults.push(
        `${full.slice(0, 100)} is no setting${meant === undefined ? "" : `; did you mean ${namespace}:${meant}?`}`,
      );
    } else if (said.length > sizeLimit) {
      faults.push(`${full} is longer than 64 KiB`);
    } else if (structured.has(key)) {
      const it = groupIn(said);
      if (it === undefined)
        faults.push(`${full} is ${tellFound(said)}; expected a group of keys, indented below it or as { … }`);
      else values.set(key, it);
    } else {
      values.set(key, numeric.has(key) && /^\d{1,9}$/.test(said) ? Number(said) : said);
    }
  }
  const parsed = settingsShape.safeParse(Object.fromEntries(values));
  const told = new Set(faults.flatMap((fault) => /^\S+/.exec(fault)?.[0] ?? []));
  if (!parsed.success) {
    const found = parsed.error.issues.flatMap((issue) => faultsOfIssue(issue, settingsShape, values, namespace));
    // A key that could not be read is not missing as well.
    faults.push(...found.filter((fault) => !told.has(/^\S+/.exec(fault)?.[0] ?? "")));
  } else if (faults.length === 0) {
    faults.push(...platformFaults(parsed.data, new Set(values.keys()), namespace));
    if (faults.length === 0) return parsed.data;
  }
  const shown = faults.slice(0, 20);
  throw new Problem({
    happened: `The stack's settings are wrong:\n${shown.map((fault) => `  ${fault}`).join("\n")}${faults.length > shown.length ? `\n  and ${faults.length - shown.length} more` : ""}`,
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
    // A stack without a database has none to ask.
    database: { ...defaultThresholds.database, required: settings.database !== undefined },
  };
}

function groupIn(said: string): object | undefined {
  try {
    const value: unknown = JSON.parse(said);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined; // not JSON: told as the text that it is
  }
}

type Faults = (settings: Settings, given: ReadonlySet<string>, namespace: string) => string[];

/** What each platform makes of settings that are right each for itself. */
const faultsOfPlatform: Readonly<Record<Settings["platform"], Faults>> = {
  local: localFaults,
  aws: awsFaults,
  kubernetes: kubernetesFaults,
};

function platformFaults(settings: Settings, given: ReadonlySet<string>, namespace: string): string[] {
  const { platform } = settings;
  const foreign = (["aws", "kubernetes"] as const).filter((name) => name !== platform && given.has(name));
  return [
    ...foreign.map(
      (name) => `${namespace}:${name} is a setting of the platform ${name}; ${namespace}:platform is ${platform}`,
    ),
    ...shareFaults(settings, namespace),
    ...roomFaults(settings, namespace),
    ...faultsOfPlatform[platform](settings, given, namespace),
  ];
}

function shareFaults(settings: Settings, namespace: string): string[] {
  const candidate = other(settings.live);
  if (settings.share === 0 || settings[candidate] !== undefined) return [];
  return [`${namespace}:share is ${settings.share}, but ${namespace}:${candidate} has no version that could get it`];
}

function roomFaults({ room, strategy }: Settings, namespace: string): string[] {
  if (room === undefined || strategy.kind === "rolling") return [];
  return [`${namespace}:room is ${room}, and means something with strategy.kind rolling alone; it is ${strategy.kind}`];
}
