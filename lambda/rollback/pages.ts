import { KeyValuesClient } from "../../provider/aws/frontend/keyValues.ts";
import { putLivePages } from "../../provider/aws/frontend/putLivePages.ts";
import type { Armed } from "../../release/automaticRollback/arming.ts";
import { type PagesOutcome, pagesBack } from "../../release/automaticRollback/pages.ts";

/**
 * Puts the key back to the pages that went with what serves again.
 *
 * @param store ARN of the key-value store
 * @param holds whether what was recorded still is; asked last before the writing
 */
export async function takePagesBack(
  store: string,
  arming: Armed,
  holds: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<PagesOutcome> {
  const version = arming.returnsToVersion;
  const decide = async (served: string | undefined, written: boolean): Promise<PagesOutcome | undefined> => {
    const back = pagesBack(arming, served);
    // A writing whose answer was lost is refused when it is sent again.
    if (written && served === version) return { deed: "moved", version };
    if (back.deed === "none") return { deed: "none", why: back.why };
    if (back.deed === "refuse") return { deed: "refused", why: back.why };
    if (await holds()) return undefined;
    return { deed: "refused", why: "the record changed meanwhile: who changed it decides" };
  };
  const client = new KeyValuesClient({ maxAttempts: 5 });
  try {
    const put = await putLivePages(client, store, version, decide, signal);
    if ("end" in put) return put.end;
    if (put.served === version) return { deed: "moved", version };
    return { deed: "failed", why: `the store still names ${put.served ?? "none"}` };
  } finally {
    client.destroy();
  }
}
