import type { Context } from "../context.ts";
import { patiently } from "../platform/patiently.ts";
import type { Platform } from "../platform/platform.ts";

/**
 * The platform as the way back asks it: where it cannot be read which versions run, those of the settings are taken for it. Not to
 * know a version's name must not keep traffic where it is. What is not answered for a moment is asked again.
 *
 * @param tell hears that something is asked again
 */
export function unhindered(context: Context, platform: Platform, tell: (text: string) => void): Platform {
  return {
    ...patiently(platform, tell),
    running: () =>
      platform.running().catch(() => {
        const { blue, green } = context.settings();
        return { blue: blue === undefined ? [] : [blue], green: green === undefined ? [] : [green] };
      }),
  };
}
