import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { platformFactsOf } from "../../components/local/platformFacts.ts";
import { type Settings, thresholdsOf } from "../../config.ts";
import { isSharedAsAsked, sayAskedTraffic } from "../../project/askedTraffic.ts";
import { readAlarms } from "../../provider/local/alarms.ts";
import { folder } from "../../provider/local/folder.ts";
import { readRecords } from "../../provider/local/instanceRecord.ts";
import { readPlatform, readServing, type Serving } from "../../provider/local/serving.ts";
import { type EnvironmentName, environmentNames, other } from "../../release/environment.ts";
import { history, type Journal, readJournal } from "../../release/journal.ts";
import { Problem, sentence } from "../../release/problem.ts";
import type { Context } from "../context.ts";
import { JournalFile } from "../journal/journalFile.ts";
import { askEnvironments, readEnvironment } from "./readPlatform.ts";
import type { EnvironmentStatus, HealthStatus, Status } from "./status.ts";
import { findUnderWay } from "./underWay.ts";
import { findWayBack } from "./wayBack.ts";

/**
 * Reads what serves and everything about it, without the engine. One thing that cannot be read keeps nothing else from
 * being told.
 */
export async function readStatus(context: Context, signal: AbortSignal): Promise<Status> {
  const reasons: string[] = [];
  const notes: string[] = [];
  const settings = attempt(() => context.settings(), "The settings cannot be read", reasons);
  const recorded = existsSync(folder(context.dir).platform);
  const own = recorded ? attempt(() => readPlatform(context.dir), "The platform's record", reasons) : undefined;
  // With neither there is nothing to ask, so what is wrong with the settings is all there is to say.
  if (settings === undefined && !recorded) context.settings();
  const facts = own ?? (settings === undefined ? undefined : platformFactsOf(context.stack, settings));
  const records = attempt(() => readRecords(context.dir), "The processes' records cannot be read", reasons) ?? [];
  const journal =
    attempt(() => new JournalFile(context).read(), "The journal cannot be read", notes) ?? readJournal("");
  notes.push(...journalNotes(journal));

  const asked = facts === undefined ? undefined : await readServing(facts).catch((error: unknown) => error);
  const serving = isServing(asked) && isOurs(asked, recorded) ? asked : undefined;
  const deployed = recorded ? "here" : serving !== undefined ? "elsewhere" : "no";
  if (deployed === "elsewhere") {
    notes.push("Another clone of the project deployed this: its journal and its processes' records are there.");
  }

  const [blue, green] = await Promise.all(
    environmentNames.map((name) => readEnvironment(name, records, serving, facts)),
  );
  const environments = { blue: blue ?? nothing, green: green ?? nothing };
  const live = serving?.environment;
  const version = live === undefined ? null : environments[live].versions.join("+") || null;
  const taking = environmentNames.filter((name) => takesTraffic(serving, name));
  const [health, back] =
    facts === undefined || serving === undefined
      ? [null, null]
      : await Promise.all([
          askEnvironments(facts, taking, settings, signal),
          live === undefined ? undefined : askEnvironments(facts, [other(live)], settings, signal),
        ]);

  if (deployed === "no") reasons.push(nothingDeployed(context, settings));
  else if (serving === undefined) reasons.push(...unreadable(asked, records));
  else reasons.push(...differences({ serving, settings, environments, health, foreign: deployed === "elsewhere" }));

  const armed = attempt(() => readAlarms(context.dir), "The alarms cannot be read", notes);
  if (recorded && armed === undefined) notes.push("No alarms are armed; `pulumi up` arms them.");
  if (armed !== undefined && settings !== undefined && !isDeepStrictEqual(armed.thresholds, thresholdsOf(settings))) {
    notes.push("The alarms' thresholds are not those of the settings; `pulumi up` brings them in line.");
  }
  const period = history(journal.records).at(-1);
  const told = period !== undefined && period.environment === live && (version === null || period.version === version);
  return {
    ok: reasons.length === 0,
    project: context.projectName,
    stack: context.stack,
    readAt: (serving?.readAt ?? new Date()).toISOString(),
    deployed,
    reasons,
    notes,
    serves: {
      proxy: facts === undefined || deployed === "no" ? null : `http://${facts.listen}:${facts.adminPort}`,
      environment: live ?? null,
      version,
      weights:
        serving === undefined
          ? null
          : Object.fromEntries(Object.entries(serving.weights).map(([name, it]) => [name, it ?? null])),
    },
    asked: settings === undefined ? null : { environment: settings.live, version: settings[settings.live] ?? null },
    since: told ? { at: period.from, by: period.by, why: period.why } : null,
    environments,
    health,
    alarms: { armed: armed !== undefined, thresholds: armed?.thresholds ?? null },
    underWay: findUnderWay(context, journal),
    wayBack: await findWayBack(context, serving, back ?? undefined),
  };
}

const nothing: EnvironmentStatus = {
  versions: [],
  alive: 0,
  recorded: 0,
  dead: [],
  share: null,
  requests: null,
  errors: null,
};

function attempt<T>(read: () => T, otherwise: string, into: string[]): T | undefined {
  try {
    return read();
  } catch (error) {
    const { happened, where } =
      error instanceof Problem ? error : { happened: `${otherwise}: ${sentence(error)}`, where: undefined };
    into.push(where === undefined ? happened : `${happened} (${where})`);
    return undefined;
  }
}

function isServing(answer: unknown): answer is Serving {
  return typeof answer === "object" && answer !== null && "readAt" in answer && "weights" in answer;
}

/** A proxy that the settings alone lead to is ours only when it knows every service. */
function isOurs(serving: Serving, recorded: boolean): boolean {
  return recorded || Object.values(serving.weights).every((weights) => weights !== undefined);
}

function takesTraffic(serving: Serving | undefined, environment: EnvironmentName): boolean {
  return Object.values(serving?.weights ?? {}).some((weights) => (weights?.[environment] ?? 0) > 0);
}

function nothingDeployed(context: Context, settings: Settings | undefined): string {
  const wanted = settings === undefined ? "" : `; the settings ask for ${sayAskedTraffic(settings)}`;
  return `Nothing is deployed: the stack ${context.stack} has no platform on this machine${wanted}.`;
}

function unreadable(error: unknown, records: readonly { readonly alive: boolean }[]): string[] {
  const dead = records.filter(({ alive }) => !alive).length;
  // Without an error nobody was asked: where the proxy is could not be read either, which was told already.
  const said = error === undefined ? "" : sentence(error).split("\n").slice(0, 2).join(" ");
  const reasons = [`What serves could not be read. ${said}`.trim()];
  if (records.length > 0 && dead === records.length) {
    reasons.push(
      `All ${dead} recorded processes are dead, as after a restart of the machine; \`pulumi up\` starts them again.`,
    );
  }
  return reasons;
}

function differences(it: {
  readonly serving: Serving;
  readonly settings: Settings | undefined;
  readonly environments: Readonly<Record<EnvironmentName, EnvironmentStatus>>;
  readonly health: HealthStatus | null;
  readonly foreign: boolean;
}): string[] {
  const { serving, settings, environments, health } = it;
  const reasons: string[] = [];
  const live = serving.environment;
  const shared = settings !== undefined && isSharedAsAsked(Object.values(serving.weights), settings);
  if (live === undefined && !shared) {
    const asked =
      settings === undefined || settings.share === 0 ? "" : `; the settings ask for ${sayAskedTraffic(settings)}`;
    reasons.push(`No environment takes all traffic of all services${asked}.`);
  }
  if (live !== undefined && settings !== undefined) {
    const { versions } = environments[live];
    const wanted = settings[settings.live];
    if (settings.share > 0)
      reasons.push(`${live} takes all traffic; the settings ask for ${sayAskedTraffic(settings)}.`);
    else if (live !== settings.live) reasons.push(`${live} serves; the settings ask for ${sayAskedTraffic(settings)}.`);
    else if (it.foreign) {
      reasons.push(
        `Which version ${live} runs is known only to the clone that deployed it; the settings ask for ${sayAskedTraffic(settings)}.`,
      );
    } else if (!isDeepStrictEqual(versions, wanted === undefined ? [] : [wanted])) {
      const runs = versions.length === 0 ? "nothing runs there" : `${versions.join(" and ")} runs there`;
      reasons.push(`The settings ask for ${sayAskedTraffic(settings)}; ${runs}.`);
    }
  }
  for (const name of environmentNames) {
    const { dead } = environments[name];
    if (dead.length > 0 && takesTraffic(serving, name)) {
      reasons.push(`Dead in ${name}, which serves: ${dead.join(", ")}. \`pulumi up\` starts them again.`);
    }
  }
  if (health !== null && health.healthy < health.of) {
    const sick = health.answers.find(({ good }) => !good);
    reasons.push(
      `${health.healthy} of ${health.of} instances that serve are healthy; ${sick?.service} at ${sick?.address}: ${sick?.says}.`,
    );
  }
  if (health !== null && health.of === 0) reasons.push("No instance stands behind what serves.");
  return reasons;
}

function journalNotes({ problems, torn }: Journal): string[] {
  const first = problems[0];
  const notes =
    first === undefined
      ? []
      : [
          `THE JOURNAL IS DAMAGED at ${problems.length === 1 ? "" : `${problems.length} places, first `}line ${first.line}: ${first.happened}. See \`greenlight history\`.`,
        ];
  return torn === undefined ? notes : [...notes, "The journal's last line is unfinished: its writer was killed."];
}
