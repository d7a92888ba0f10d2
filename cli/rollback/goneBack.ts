import { type EnvironmentName, other } from "../../release/environment.ts";
import type { Context } from "../context.ts";
import { JournalFile } from "../journal/journalFile.ts";
import type { Platform } from "../platform/platform.ts";
import type { WayBack } from "./wayBack.ts";

/** Traffic that is back already, and the version that it left. */
export interface GoneBack {
  readonly to: WayBack;
  readonly from: { readonly environment: EnvironmentName; readonly version: string };
}

/**
 * Whether traffic has gone back already, so that only the database is left to be taken back: by a rollback on record, or by somebody else
 * after the last switch, such as the function on AWS. Without this, the same command given again would move traffic to the version that
 * was left.
 */
export async function goneBack(context: Context, platform: Platform): Promise<GoneBack | undefined> {
  const { environment } = await platform.serving();
  if (environment === undefined) return undefined;
  const left = other(environment);
  const last = new JournalFile(context).read().records.findLast(({ type }) => type === "switch" || type === "rollback");
  if (last?.type !== "switch" && last?.type !== "rollback") return undefined;
  const moved = last.type === "rollback" ? environment : left;
  if (last.to !== moved || last.fromVersion === undefined) return undefined;
  const [version, before] =
    last.type === "rollback" ? [last.toVersion, last.fromVersion] : [last.fromVersion, last.toVersion];
  const running = await platform.running();
  // Another version in either environment is another story.
  if (running[environment].join("+") !== version || running[left].join("+") !== before) return undefined;
  return {
    to: { environment, version, known: "journal" },
    from: { environment: left, version: before },
  };
}
