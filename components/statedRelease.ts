import { rollingFactsOf } from "../project/instances.ts";
import { environmentNames } from "../release/environment.ts";
import type { StackArgs } from "./platforms.ts";

/** What the Release states on every platform; each adds where it reads what serves. */
export function statedRelease({ settings, manifests, checklist }: StackArgs) {
  const rolling = rollingFactsOf(settings);
  return {
    live: settings.live,
    environments: Object.fromEntries(
      environmentNames.flatMap((name) => {
        const it = manifests[name];
        return it === undefined ? [] : [[name, { version: it.manifest.version, manifestDigest: it.digest }]];
      }),
    ),
    // Left out where it is nothing, so that a stack without it shows none.
    ...(settings.share === 0 ? {} : { share: settings.share }),
    ...(rolling === undefined ? {} : { rolling }),
    services: Object.keys(settings.services),
    checklist,
  };
}
