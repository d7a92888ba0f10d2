import type { Settings } from "../../config.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import type { LiveHealth } from "../liveHealth.ts";

/** Where a stack is, for whoever asks its platform. */
export interface AskedStack {
  /** Absolute folder of the project. */
  readonly project: string;
  readonly stack: string;
  /** The stack's folder on this machine. */
  readonly dir: string;
  readonly settings: Settings;
  /** Ends every question. */
  readonly signal: AbortSignal;
}

/** Instances of one service where users are served. */
export interface LiveInstances {
  readonly service: string;
  readonly environment: EnvironmentName;
  readonly count: number;
  /** What they run, each once; empty where none says. */
  readonly versions: readonly LiveVersion[];
}

export interface LiveVersion {
  /** Undefined where no manifest names what runs. */
  readonly version?: string | undefined;
  /** In words: the version, or the image. */
  readonly says: string;
}

/** The alarms by which a release is watched, as they are now. */
export interface ArmedAlarms {
  /** `not yet`: the stack was never deployed, the update that does it arms them. */
  readonly armed: "armed" | "missing" | "unreadable" | "not yet";
  /** Services that the stack has and its alarms do not watch. */
  readonly unwatched: readonly string[];
}

/** A snapshot of the database that was taken before. */
export interface TakenSnapshot {
  /** Its file in the project, or its name. */
  readonly file: string;
  /** ISO time. */
  readonly takenAt: string;
  /** Whether it is there as it was taken. */
  readonly whole: boolean;
  /** Of its file. */
  readonly sha256?: string;
}

/**
 * What the checklist asks of a platform. Everything is read when it is first asked for; what cannot be read is rejected with its reason,
 * which fails the items that need it.
 */
export interface AskedPlatform {
  /** How what serves now fares. May be left alone: a rejection is told to whoever awaits it, and nobody else. */
  health(): Promise<LiveHealth>;
  /** The environment that serves all users; undefined when none does, or nobody knows. Never rejects. */
  serving(): Promise<EnvironmentName | undefined>;
  /** Instances of what serves users, as they run; empty where nothing serves. */
  live(): Promise<readonly LiveInstances[]>;
  /** The alarms that are there. */
  alarms(): Promise<ArmedAlarms>;
  /** Services that the stack's own update gives alarms by the thresholds of the settings. @throws Error where it makes none */
  watched(): readonly string[];
  /** Most instances of a service that an update gives the receiving side by itself before it switches. */
  mostInstances(service: string): number;
  /** The newest snapshot that was taken before; undefined when there is none. */
  newestSnapshot(): Promise<TakenSnapshot | undefined>;
  /** Whether each snapshot is restored and compared before a migration. */
  readonly drillsSnapshots: boolean;
}

/** The code of one platform is read only by stacks on it. */
const platforms: Readonly<Record<Settings["platform"], (stack: AskedStack) => Promise<AskedPlatform>>> = {
  local: async (stack) => (await import("./local.ts")).askedLocal(stack),
  aws: async (stack) => (await import("./aws.ts")).askedAws(stack),
  kubernetes: async (stack) => (await import("./kubernetes.ts")).askedKubernetes(stack),
};

/** The platform that the settings name, to be asked for the facts of a checklist. */
export function askedPlatform(stack: AskedStack): Promise<AskedPlatform> {
  return platforms[stack.settings.platform](stack);
}

/**
 * Versions of what serves users now; empty where nothing does.
 *
 * @throws Error when what runs there is of no manifest: a release would be compared with something else
 */
export async function liveVersions(platform: Pick<AskedPlatform, "live">): Promise<readonly string[]> {
  const all = await platform.live();
  return all.flatMap(({ service, environment, count, versions }) => {
    if (count > 0 && versions.length === 0) {
      throw new Error(`what serves is not known: no instance of ${service} in ${environment} says what it runs`);
    }
    return versions.map(({ version, says }) => {
      if (version !== undefined) return version;
      throw new Error(`what serves is not known: ${service} in ${environment} runs ${says}, which no manifest names`);
    });
  });
}
