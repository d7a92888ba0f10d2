/** Largest changelog that is read: 4 MiB of text. */
export const changelogLimit = 4 * 1024 * 1024;

/** What a changelog says of one version. */
export interface ChangelogEntry {
  /** The heading as it is written, without its marks. */
  readonly heading: string;
  /** Lines that say something: no headings, rules, comments or link targets. */
  readonly lines: number;
}

interface Heading {
  readonly level: number;
  readonly text: string;
}

/**
 * Finds the entry of a version among a changelog's headings, as Keep a Changelog and release tools write them: `## [1.2.3] -
 * 2026-03-02`, `## v1.2.3`, `# 1.2.3 (2026-03-02)`, with or without a leading v, in Markdown with `#` or underlined. What stands in
 * code blocks and comments is no heading. Undefined when there is none.
 *
 * @throws Error for more than 4 MiB
 */
export function changelogEntry(markdown: string, version: string): ChangelogEntry | undefined {
  if (markdown.length > changelogLimit) throw new Error("the changelog is larger than 4 MiB");
  let open: { heading: string; level: number; lines: number } | undefined;
  const lines = plainLines(markdown);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const heading = headingIn(line, lines[at + 1]);
    if (heading !== undefined) {
      if (open !== undefined && heading.level <= open.level) return { heading: open.heading, lines: open.lines };
      if (open === undefined && namesVersion(heading.text, version)) {
        open = { heading: heading.text, level: heading.level, lines: 0 };
      }
      if (!line.startsWith("#")) at += 1;
    } else if (open !== undefined && saysSomething(line)) open.lines += 1;
  }
  return open === undefined ? undefined : { heading: open.heading, lines: open.lines };
}

/** Lines without comments; of code blocks nothing is left but that they say something. */
function plainLines(markdown: string): string[] {
  const lines: string[] = [];
  let fence: string | undefined;
  let inComment = false;
  for (const line of markdown.split(/\r\n|\n|\r/)) {
    if (fence !== undefined) {
      const ends = closes(line, fence);
      if (ends) fence = undefined;
      lines.push(ends || line.trim() === "" ? "" : "code");
      continue;
    }
    let rest = line;
    let kept = "";
    while (rest !== "") {
      const mark = inComment ? "-->" : "<!--";
      const at = rest.indexOf(mark);
      if (at === -1) {
        if (!inComment) kept += rest;
        break;
      }
      if (!inComment) kept += rest.slice(0, at);
      inComment = !inComment;
      rest = rest.slice(at + mark.length);
    }
    fence = /^ {0,3}(`{3,}|~{3,})/.exec(kept)?.[1];
    // What is indented by four is code as well.
    const indented = /^(?: {4}|\t)\s*\S/.test(kept);
    lines.push(fence !== undefined ? "" : indented ? "code" : kept);
  }
  return lines;
}

function closes(line: string, fence: string): boolean {
  const end = line.trim();
  return end.length >= fence.length && [...end].every((it) => it === fence[0]);
}

function headingIn(line: string, next: string | undefined): Heading | undefined {
  const marked = /^(#{1,6})[ \t]+(\S.*)$/.exec(line.trim().slice(0, 500));
  if (marked !== null) {
    const [, marks = "", text = ""] = marked;
    return { level: marks.length, text: text.replace(/[ \t]+#{1,20}$/, "").trim() };
  }
  if (line.trim() === "" || next === undefined || line.length > 500) return undefined;
  if (/^={3,}\s*$/.test(next.slice(0, 500))) return { level: 1, text: line.trim() };
  return /^-{3,}\s*$/.test(next.slice(0, 500)) ? { level: 2, text: line.trim() } : undefined;
}

/** Whether a heading's first word is the version; `v` before it or not, in brackets, with or without a link or the project's name. */
function namesVersion(heading: string, version: string): boolean {
  const wanted = withoutV(version);
  const words = heading.replace(/\]\([^)]{0,500}\)/g, "] ").split(/[\s[\](),:*`]+/);
  const [first, second] = words.filter((word) => word !== "" && !/^(?:version|release)$/i.test(word));
  if (first === undefined) return false;
  // A project's name may stand first: `shop v1.2.3`, `shop@1.2.3`.
  return [first, first.slice(first.lastIndexOf("@") + 1), ...(/^[A-Za-z]/.test(first) ? [second ?? ""] : [])].some(
    (word) => withoutV(word) === wanted,
  );
}

function withoutV(version: string): string {
  return version.replace(/^v(?=\d)/i, "").toLowerCase();
}

function saysSomething(line: string): boolean {
  const text = line.replace(/^[\s>*+-]+/, "").trim();
  if (/^\[[^\]]{1,200}\]:\s/.test(text)) return false;
  if (/^(?:nothing|none|tbd|todo|wip|n\/a|\.+|…)[.!]?$/i.test(text)) return false;
  return /\p{L}|\p{N}/u.test(text);
}
