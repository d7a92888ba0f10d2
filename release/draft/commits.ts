/** A commit's message, as git keeps it. */
export interface Message {
  readonly subject: string;
  readonly body: string;
}

/** Longest text of one feature in a manifest, and how many it takes. */
const longest = 300;
const most = 100;
/** Kinds of commits (as in `chore(deps): …`) that users see nothing of. */
const unseen = /^(?:build|chore|ci|docs|perf|refactor|style|test|tests|revert)(?:\([^)]{0,50}\))?!?:/i;
const seen = /^(?:feat|feature|fix)(?:\([^)]{0,50}\))?!?:\s*/i;
const unfinished = /^(?:fixup|squash|amend)!/i;
// Control characters and bidirectional overrides can make a text show something other than what it says.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const deceiving = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** What is new, by the subjects of commits: each once, in the order given, at most 100 of at most 300 characters. */
export function featuresOf(messages: readonly Message[]): readonly string[] {
  const features = messages.flatMap(({ subject }) => {
    if (unseen.test(subject) || unfinished.test(subject)) return [];
    const text = withoutRequest(subject.replace(deceiving, ""))
      .replace(seen, "")
      .replace(/\s+/g, " ")
      .trim()
      .slice(0, longest);
    return text === "" ? [] : [`${text.charAt(0).toUpperCase()}${text.slice(1)}`];
  });
  return [...new Set(features)].slice(0, most);
}

/**
 * Issues that commits refer to, each once: `#12` anywhere but where a forge notes the pull request; a tracker's key (`SHOP-12`) at the
 * start of a subject or after a word that refers, for elsewhere `UTF-8` looks the same.
 */
export function issuesIn(messages: readonly Message[]): readonly string[] {
  const found = messages.flatMap(({ subject, body }) => {
    const text = `${withoutRequest(subject)}\n${body.slice(0, 20_000)}`;
    const numbers = [...text.matchAll(/(?<![\w/&])#([1-9]\d{0,8})\b/g)].map((it) => `#${it[1]}`);
    const leading = /^[[(]?([A-Z][A-Z0-9]{1,9}-[1-9]\d{0,8})\b/.exec(subject)?.[1];
    const referred = [
      ...text.matchAll(
        /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?|references|issues?|part of|see)\b[: ]\s*([A-Z][A-Z0-9]{1,9}-[1-9]\d{0,8})\b/gi,
      ),
    ].flatMap((it) => (it[1] === it[1]?.toUpperCase() ? [it[1] ?? ""] : []));
    return [...(leading === undefined ? [] : [leading]), ...referred, ...numbers];
  });
  return [...new Set(found)].slice(0, 200);
}

/** Without the number of the pull request that forges put behind the subject of a squashed one. */
function withoutRequest(subject: string): string {
  return subject.replace(/\s*\((?:#|!)\d+\)\s*$/, "");
}
