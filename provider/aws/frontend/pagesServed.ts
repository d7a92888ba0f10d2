import { ask } from "../awsProblem.ts";

/** Where it is read which pages are served. */
export interface PagesFacts {
  readonly region: string;
  /** Name of the key-value store. */
  readonly store: string;
}

/**
 * Reads from the store at the edge which version's pages users are led to.
 *
 * @returns undefined where it names none yet
 * @throws Problem when AWS does not say
 */
export async function readPagesServed({ region, store }: PagesFacts, signal: AbortSignal): Promise<string | undefined> {
  const [{ edgeClient, keyValuesClient }, { pagesStore }, { readLivePages }] = await Promise.all([
    import("./clients.ts"),
    import("./pagesStore.ts"),
    import("./livePages.ts"),
  ]);
  const [edge, values] = [edgeClient(region), keyValuesClient(region)];
  const asked = {
    doing: "tell which pages are served",
    where: `key-value store ${store}, CloudFront`,
    untouched: "Nothing was changed.",
  };
  try {
    return await ask(asked, async () => readLivePages(values, await pagesStore(edge, store, signal), signal));
  } finally {
    edge.destroy();
    values.destroy();
  }
}
