/** A stretch of real time, milliseconds since 1970; `until` is not part of it. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** The part of a span that lies in another one; undefined when there is none. */
export function clip(it: Span, within: Span): Span | undefined {
  const from = Math.max(it.from, within.from);
  const until = Math.min(it.until, within.until);
  return from < until ? { from, until } : undefined;
}

/** The same time as spans in order that neither touch nor overlap. */
export function merged(spans: readonly Span[]): readonly Span[] {
  const sorted = spans.filter((it) => it.from < it.until).sort((a, b) => a.from - b.from);
  const all: Span[] = [];
  for (const it of sorted) {
    const last = all.at(-1);
    if (last === undefined || last.until < it.from) all.push(it);
    else if (last.until < it.until) all.splice(-1, 1, { from: last.from, until: it.until });
  }
  return all;
}

/** The time of `spans` that is not in `taken`, in order. */
export function without(spans: readonly Span[], taken: readonly Span[]): readonly Span[] {
  const cuts = merged(taken);
  return merged(spans).flatMap((span) => {
    const left: Span[] = [];
    let { from } = span;
    for (const cut of cuts) {
      if (cut.until <= from || cut.from >= span.until) continue;
      if (cut.from > from) left.push({ from, until: cut.from });
      from = cut.until;
    }
    return from < span.until ? [...left, { from, until: span.until }] : left;
  });
}

/** The span that a moment lies in. */
export function spanAt(spans: readonly Span[], at: number): Span | undefined {
  return spans.find((it) => it.from <= at && at < it.until);
}
