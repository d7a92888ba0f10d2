import { sentence } from "../../release/problem.ts";
import type { Pages } from "../platform/platform.ts";
import type { Reporter } from "../reporter.ts";
import type { PagesRecord } from "../result.ts";

/**
 * Takes the pages back after the services' traffic. Never rejects: traffic is back, whatever becomes of them, and the update that follows sets
 * them too.
 *
 * @param version whose pages they shall be, by what runs
 * @param stated whose the settings say; only pages of a version that both name are known to be there
 */
export async function takePagesBack(
  pages: Pages | undefined,
  { version, stated }: { readonly version: string; readonly stated: string | undefined },
  reporter: Reporter,
): Promise<void> {
  if (pages === undefined) return;
  if (version !== stated) {
    const text = `traffic is back; the pages were left as they are, for what runs there is ${version}, and the settings say ${stated ?? "nothing"}`;
    reporter.tell({ kind: "warning", text });
    return;
  }
  try {
    const before = await pages.move(version);
    const text =
      before === version
        ? `the pages are those of ${version} already`
        : `the pages are back: those of ${version}, read back from the store; they were those of ${before ?? "nobody"}`;
    reporter.tell({ kind: "step", text });
  } catch (error) {
    reporter.tell({ kind: "warning", text: `traffic is back, but the pages are not: ${sentence(error)}` });
  }
}

/** Whose pages users are led to by the end; undefined for a stack without pages. Never rejects. */
export async function pagesNow(pages: Pages | undefined, reporter: Reporter): Promise<PagesRecord | undefined> {
  if (pages === undefined) return undefined;
  try {
    return { version: (await pages.served()) ?? null };
  } catch (error) {
    reporter.tell({ kind: "warning", text: `whose pages are served could not be read: ${sentence(error)}` });
    return { version: null };
  }
}
