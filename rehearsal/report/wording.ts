const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** `12,345`. */
export function count(value: number): string {
  return whole.format(value);
}

/** Milliseconds as a person says them: `3.4 ms`, `212 ms`, `4.1 s`, `2 min 5 s`. */
export function milliseconds(ms: number): string {
  if (ms < 10) return `${one.format(ms)} ms`;
  if (ms < 1000) return `${whole.format(ms)} ms`;
  if (ms < 60_000) return `${one.format(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A fraction as `4.9 %`. */
export function percent(fraction: number): string {
  return `${one.format(fraction * 100)} %`;
}

/** Bytes as `612 MB`; less than one as `412 kB`. */
export function megabytes(bytes: number): string {
  return bytes > 0 && bytes < 1_000_000 ? `${whole.format(bytes / 1000)} kB` : `${whole.format(bytes / 1_000_000)} MB`;
}

/** Epoch milliseconds as `14:07:40` of the reader's machine. */
export function clock(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** Epoch milliseconds as `2026-03-04 14:07`. */
export function day(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Time since the begin as `4:07`. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** `1 request`, `2 requests`. */
export function counted(value: number, one_: string, many = `${one_}s`): string {
  return `${count(value)} ${value === 1 ? one_ : many}`;
}
