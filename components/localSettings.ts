import type { Settings } from "../config.ts";

/** Keys that say something of the local platform alone. */
export type LocalKey = "listen" | "ports" | "database" | "gates" | "backup";

/**
 * What is wrong with the settings of a stack that is not on this machine, a line each: keys that mean nothing there, and what is offered
 * on this machine alone.
 *
 * @param it.given the keys that the stack file has
 * @param it.of a key as the stack file names it
 * @param it.instead what stands for each key on that platform
 * @param it.shares why traffic cannot be shared there; undefined where it can
 */
export function localSettingsFaults(it: {
  readonly settings: Settings;
  readonly given: ReadonlySet<string>;
  readonly of: (key: string) => string;
  readonly instead: Readonly<Record<LocalKey, string>>;
  readonly shares: string | undefined;
}): string[] {
  const { settings, given, of, instead, shares } = it;
  const { share } = settings;
  return [
    ...Object.entries(instead)
      .filter(([key]) => given.has(key))
      .map(([key, other]) => `${of(key)} is a setting of the local platform: ${other}`),
    ...(share > 0 && shares !== undefined ? [`${of("share")} is ${share}; ${shares}`] : []),
  ];
}
