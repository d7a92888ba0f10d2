import Table from "cli-table3";

/** A table without colours of its own. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const it = new Table({ head: [...head], style: { head: [], border: [] } });
  it.push(...rows.map((row) => [...row]));
  return it.toString();
}
