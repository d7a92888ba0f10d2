import type { Context } from "../context.ts";
import { patiently } from "../platform/patiently.ts";
import type { Platform } from "../platform/platform.ts";
import type { Reporter } from "../reporter.ts";

/**
 * The platform as the way back asks it: where it cannot be read which versions run, those of the settings are taken for it. Not to
 * know a version's name must not keep traffic where it is. What is not answered for a moment is asked again.
 *
 * @param reporter hears that something is asked again
 */
export function unhindered(context: Context, platform: Platform, reporter: Reporter): Platform {
  return {
    ...patiently(platform, (text) => reporter.tell({ kind: "warning", text })),
    running: () =>
      platform.running().catch(() => {
        const { blue, green } = context.settings();
        return { blue: blue === undefined ? [] : [blue], green: green === undefined ? [] : [green] };
      }),
  };
}
