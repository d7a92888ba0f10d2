import { other } from "../../release/environment.ts";
import type { Gathering } from "../checklist/gathering.ts";

/**
 * The version that serves before this release: as processes run, else as the settings say, else as the journal does. Undefined when
 * nothing was live yet.
 *
 * @param running versions of the processes that run in the live environment
 */
export function liveVersion(
  { settings, manifest, journal }: Pick<Gathering, "settings" | "manifest" | "journal">,
  running: readonly string[],
): string | undefined {
  const candidate = manifest.manifest.version;
  const isOther = (version: string | undefined): version is string => version !== undefined && version !== candidate;
  // In the update that switches, the setting names the candidate's environment already.
  const configured = [settings[settings.live], settings[other(settings.live)]];
  const moves = journal.flatMap((it) => (it.type === "switch" || it.type === "rollback" ? [it] : []));
  const last = moves.at(-1);
  return [running.find(isOther), ...configured, last?.toVersion, last?.fromVersion].find(isOther);
}
