/** What ends parts that were started, the last one to be ended first. */
export type Ends = (() => Promise<unknown>)[];

/** Ends all of them, whatever one of them says; tells the first complaint at the end. */
export async function endAll(ends: Ends): Promise<void> {
  const complaints: unknown[] = [];
  for (const end of ends.splice(0).reverse()) await end().catch((error: unknown) => complaints.push(error));
  if (complaints.length > 0) throw complaints[0];
}
