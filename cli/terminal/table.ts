import Table from "cli-table3";

/** No lines between rows. */
const chars = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };

/** A table without colours of its own. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const it = new Table({ head: [...head], chars, style: { head: [], border: [] } });
  it.push(...rows.map((row) => [...row]));
  return it.toString();
}
