import type { Armed } from "./arming.ts";

/** What is to be done about the pages, once the services' traffic is back. */
export type PagesBack =
  | { readonly deed: "move" }
  | { readonly deed: "none"; readonly why: string }
  | { readonly deed: "refuse"; readonly why: string };

/** What became of the pages. */
export type PagesOutcome =
  | { readonly deed: "moved"; readonly version: string }
  | { readonly deed: "none"; readonly why: string }
  | { readonly deed: "refused"; readonly why: string }
  | { readonly deed: "failed"; readonly why: string };

/**
 * Whether the pages go back to those of the version that served before. They go only from the pages of the version that was switched to: a
 * canary's share left them where they were, and a key that names anything else is a person's.
 *
 * @param served version that the key names; undefined where there is none yet
 */
export function pagesBack({ version, returnsToVersion }: Armed, served: string | undefined): PagesBack {
  if (served === returnsToVersion) return { deed: "none", why: `pages are those of ${served} already` };
  if (served === undefined) return { deed: "none", why: "no pages were switched to yet" };
  if (served === version) return { deed: "move" };
  return { deed: "refuse", why: `somebody else set them after the switch: they are those of ${served}` };
}
