import picocolors from "picocolors";

export type Style = ReturnType<typeof picocolors.createColors>;

/** No colour at all. */
export const plainStyle: Style = picocolors.createColors(false);

/** Colours only for a person at a terminal: not into files or pipes, not with NO_COLOR, `--no-color` or TERM=dumb. */
export function styleFor(stream: { readonly isTTY?: boolean }, asked = true): Style {
  const { NO_COLOR, TERM } = process.env;
  const wanted = asked && stream.isTTY === true && (NO_COLOR ?? "") === "" && TERM !== "dumb";
  return picocolors.createColors(wanted);
}

/** Columns of a terminal; a file or pipe has `otherwise`. */
export function columnsOf(stream: { readonly isTTY?: boolean; readonly columns?: number }, otherwise = 120): number {
  return stream.isTTY === true ? (stream.columns ?? 80) : otherwise;
}
