/** Longest name that is kept of a test, a finding or a file. Letters. */
export const longestName = 300;

/** What nearly every name is, and needs no work. */
const plainWords = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;

/** A report's own words as they may be shown: one line, no control or invisible letters, shortened in the middle. */
export function shown(text: string, most = longestName): string {
  if (text.length <= most && plainWords.test(text)) return text;
  // Cut first: a name may be megabytes long.
  const rough = text.length > 8 * most ? text.slice(0, 4 * most) + text.slice(-4 * most) : text;
  const plain = rough
    .replace(/\s+/gu, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu, "\ufffd")
    .trim();
  if (plain.length <= most) return plain;
  const tail = Math.floor(most / 3);
  return `${plain.slice(0, most - tail - 1)}…${plain.slice(-tail)}`.replace(/\p{Cs}/gu, "\ufffd");
}
