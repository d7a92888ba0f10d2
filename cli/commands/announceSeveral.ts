import type { AnnouncementKind } from "../../release/announcement.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult } from "../result.ts";
import { type AnnounceJson, type AnnounceOptions, announceCommand } from "./announce.ts";

/** What `greenlight announce --json` prints for several kinds. */
export interface SeveralJson {
  /** Everybody has everything who is meant to. */
  readonly ok: boolean;
  readonly version: string;
  /** In the order in which they were asked for. */
  readonly announcements: readonly AnnounceJson[];
}

/** Says one kind after the other. A kind that is refused stops it; what was said before stays said, and is not said again. */
export async function announceSeveral(
  { kinds, ...options }: Omit<AnnounceOptions, "kind"> & { readonly kinds: readonly AnnouncementKind[] },
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<AnnounceJson | SeveralJson>> {
  const results: CommandResult<AnnounceJson>[] = [];
  for (const kind of kinds) results.push(await announceCommand({ ...options, kind }, reporter, signal));
  const [only, ...others] = results;
  if (only !== undefined && others.length === 0) return only;
  const failed = results.find((it) => it.exitCode !== exitCodes.ok);
  return {
    exitCode: failed?.exitCode ?? exitCodes.ok,
    json: { ok: failed === undefined, version: options.version, announcements: results.map((it) => it.json) },
    text: results.map((it) => it.text).join("\n\n"),
  };
}
