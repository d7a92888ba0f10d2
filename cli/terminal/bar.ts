const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** A bar of `columns` columns, filled by `share` of its length; what is more than all is all. */
export function bar(share: number, columns: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * columns * 8);
  const whole = Math.floor(filled / 8);
  const part = eighths[filled % 8] ?? "";
  return `${"█".repeat(whole)}${part}`.padEnd(columns, "░");
}
