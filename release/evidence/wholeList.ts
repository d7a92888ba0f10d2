/** Length of a page of GitHub's API: when nobody asked for another, and the longest. */
const pageLengths = new Set([30, 100]);

/**
 * A list as GitHub's API gives it, whole: one array, or an array of pages as `gh api --paginate --slurp` writes them.
 *
 * @param what it lists, for errors
 * @throws Error for what is no list, and for an array that is exactly one page long: the rest may be missing
 */
export function wholeList(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`it has no list of ${what}`);
  const list: readonly unknown[] = value;
  if (list.length > 0 && list.every((page) => Array.isArray(page))) return list.flat(1);
  if (pageLengths.has(list.length)) {
    throw new Error(
      `it has exactly ${list.length} ${what}, one page of the API, so that the rest may be missing: take them with gh api --paginate --slurp`,
    );
  }
  return list;
}
