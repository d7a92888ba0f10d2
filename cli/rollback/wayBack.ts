import { other } from "../../release/environment.ts";
import { history } from "../../release/journal.ts";
import { Problem } from "../../release/problem.ts";
import type { Context } from "../context.ts";
import { JournalFile } from "../journal/journalFile.ts";
import { sayLive } from "../live.ts";
import type { Platform } from "../platform/platform.ts";

/** Where a rollback goes: an environment that served before and whose processes are there. */
export interface WayBack {
  readonly environment: "blue" | "green";
  readonly version: string;
  /** Why we may believe that this version served before. */
  readonly known: "journal" | "running";
  /** What should be known of it before traffic goes there. */
  readonly says?: string;
}

/** Of divided traffic the candidate of a canary is left; else what the settings call live. */
function leaving(context: Context) {
  const { live, share } = context.settings();
  return share > 0 ? other(live) : live;
}

/**
 * The way back from what serves now. No window, freeze or evidence is asked; only that somebody is there to serve.
 *
 * @throws Problem when the other environment is empty, or holds a candidate that the journal knows never served
 */
export async function wayBack(context: Context, platform: Platform): Promise<WayBack> {
  const serving = await platform.serving();
  const from = serving.environment ?? leaving(context);
  const to = other(from);
  const { ready, says, next } = await platform.readiness(to);
  if (!ready) {
    throw new Problem({
      happened: says ?? `There is no way back: nobody in ${to} can serve.`,
      where: await sayLive(serving, platform),
      untouched: "Traffic was left as it is.",
      next: next ?? `deploy the version to go back to into ${to} with \`greenlight release\``,
    });
  }
  const version = (await platform.running())[to].join("+") || "unknown";
  const { records } = new JournalFile(context).read();
  const served =
    history(records).some((it) => it.version === version) ||
    records.some((it) => it.type === "release-started" && it.liveVersion === version);
  // What the journal does not know, such as a deployment by plain Pulumi, must not block the way back.
  const isCandidate = records.some((it) => it.type === "release-started" && it.version === version);
  if (isCandidate && !served) {
    throw new Problem({
      happened: `${version} in ${to} was never live: going there is a release, not a rollback.`,
      where: await sayLive(serving, platform),
      untouched: "Traffic was left as it is.",
      next: `finish its release with \`greenlight release ${version}\``,
    });
  }
  return { environment: to, version, known: served ? "journal" : "running", ...(says === undefined ? {} : { says }) };
}
