import { Problem } from "../../../release/problem.ts";
import { ask } from "../awsProblem.ts";
import type { PagesFacts } from "./pagesServed.ts";

/**
 * Leads users to a version's pages, whoever set them before, and reads that back. Needs no engine: the pages' way back at 2 a.m., after the
 * services'. They must be in the bucket; those of a version that is deployed are.
 *
 * @returns which they were before; the same version where nothing was to be done
 * @throws Problem that says which pages are served by then
 */
export async function movePages(
  { region, store }: PagesFacts,
  version: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [{ edgeClient, keyValuesClient }, { pagesStore }, { putLivePages }] = await Promise.all([
    import("./clients.ts"),
    import("./pagesStore.ts"),
    import("./putLivePages.ts"),
  ]);
  const [edge, values] = [edgeClient(region), keyValuesClient(region)];
  const where = `key-value store ${store}, CloudFront`;
  const asked = {
    doing: `lead users to the pages of ${version}`,
    where,
    untouched: "The services' traffic is where it was moved to.",
  };
  let before: string | undefined;
  try {
    const put = await ask(asked, async () =>
      putLivePages(
        values,
        await pagesStore(edge, store, signal),
        version,
        async (served, written) => {
          if (!written) before = served;
          return served === version ? true : undefined;
        },
        signal,
      ),
    );
    if ("end" in put || put.served === version) return before;
    throw new Problem({
      happened: `Users are not led to the pages of ${version}: the store still names ${put.served ?? "none"}.`,
      where,
      untouched: asked.untouched,
      next: "run `pulumi up`, which sets them, or `aws cloudfront-keyvaluestore put-key` as docs/aws.md says",
    });
  } finally {
    edge.destroy();
    values.destroy();
  }
}
