/** `4.9 %` of a fraction; never rounded to the threshold it is just over. */
export function percent(fraction: number): string {
  if (!Number.isFinite(fraction)) return "an unknown share";
  const value = fraction * 100;
  if (value > 0 && value < 0.01) return "under 0.01 %";
  const decimals = value < 10 ? 2 : 1;
  return `${Number(value.toFixed(decimals))} %`;
}

/** `18,204`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** `212 ms`, `6.2 s`. */
export function milliseconds(value: number): string {
  return value < 1_000 ? `${Number(value.toFixed(value < 10 ? 1 : 0))} ms` : `${Number((value / 1_000).toFixed(2))} s`;
}

/** `14:07:40` in the machine's own time zone. */
export function clock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
