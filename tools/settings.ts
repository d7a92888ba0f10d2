import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** What a search or an installation of tools goes by. */
export interface ToolSettings {
  /** Environment to search and to start programs with; default `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** One line of progress for a person. */
  readonly progress?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Asked before an official installer is downloaded and run; without it the answer is no. */
  readonly ask?: (question: string) => Promise<boolean>;
  /** Never reach for the network: what is not here already is reported as missing. */
  readonly offline?: boolean;
}

export function environment(settings: ToolSettings): NodeJS.ProcessEnv {
  return settings.env ?? process.env;
}

/** True when installed tools are to be passed over for those of the cache: `GREENLIGHT_IGNORE_INSTALLED`. */
export function ignoresInstalled(env: NodeJS.ProcessEnv): boolean {
  return isSet(env.GREENLIGHT_IGNORE_INSTALLED);
}

/**
 * Where tools are kept, shared by all clones of this user: `GREENLIGHT_CACHE`, else `$XDG_CACHE_HOME/greenlight`, else
 * the platform's cache folder. For root it is /var/cache/greenlight: PostgreSQL refuses to run as root, so
 * it is started as an unprivileged user, who cannot look into root's home.
 */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  if (isSet(env.GREENLIGHT_CACHE)) return resolve(env.GREENLIGHT_CACHE);
  if (process.getuid?.() === 0) return "/var/cache/greenlight";
  if (isSet(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, "greenlight");
  const home = isSet(env.HOME) ? env.HOME : homedir();
  return process.platform === "darwin"
    ? join(home, "Library", "Caches", "greenlight")
    : join(home, ".cache", "greenlight");
}

/** Pulumi's own folder of plugins and credentials. */
export function pulumiHome(env: NodeJS.ProcessEnv): string {
  return isSet(env.PULUMI_HOME) ? env.PULUMI_HOME : join(isSet(env.HOME) ? env.HOME : homedir(), ".pulumi");
}

/** The platform as it appears in names of cached tools, such as linux-x64. */
export const platform = `${process.platform}-${process.arch}`;

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
