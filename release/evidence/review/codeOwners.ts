import ignore, { type Ignore } from "ignore";

/** GitHub takes no file that is larger: 3 MiB. */
export const codeOwnersLimit = 3 * 1024 * 1024;

/** Where a CODEOWNERS file is looked for; the first that is there counts. */
export const codeOwnersPlaces = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"] as const;

export const mostRules = 10_000;
const longestPattern = 1_000;

interface Rule {
  readonly pattern: string;
  /** In lower case; undefined above the first heading. */
  readonly section: string | undefined;
  readonly owners: readonly string[];
}

/** Who owns what: rules in the file's order. */
export interface CodeOwners {
  readonly rules: readonly Rule[];
}

/**
 * Reads a CODEOWNERS file by GitHub's rules: patterns as in a .gitignore, but no negation and no character ranges, and lines that
 * are not understood are passed over. A line `[Security]`, as GitLab has it, or `# [Security]`, which GitHub passes over, begins a
 * section; owners on the heading's line own what names none.
 *
 * @throws Error for a file of more than 3 MiB or 10 000 rules
 */
export function readCodeOwners(text: string): CodeOwners {
  if (text.length > codeOwnersLimit) throw new Error("CODEOWNERS is larger than 3 MiB");
  const rules: Rule[] = [];
  let section: string | undefined;
  let sectionOwners: readonly string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const heading = headingIn(line);
    if (heading !== undefined) {
      section = heading.name;
      sectionOwners = heading.owners;
      continue;
    }
    const rule = ruleIn(line);
    if (rule === undefined) continue;
    // A segment with many stars takes a matcher ages, and passing a rule over would take its owners away.
    if (rule.pattern.split("/").some((it) => it !== "**" && it.split("*").length > 4)) {
      throw new Error(
        `CODEOWNERS has a pattern with more than three stars between slashes: ${rule.pattern.slice(0, 80)}`,
      );
    }
    if (rule.pattern.split("**").length > 5) {
      throw new Error(`CODEOWNERS has a pattern with more than four **: ${rule.pattern.slice(0, 80)}`);
    }
    if (rules.length === mostRules) throw new Error(`CODEOWNERS has more than ${mostRules} rules`);
    rules.push({ ...rule, section, owners: rule.owners.length === 0 ? sectionOwners : rule.owners });
  }
  return { rules };
}

/** Everybody who owns something in a section, each once. */
export function sectionOwners(file: CodeOwners, section: string): readonly string[] {
  const own = file.rules.filter((it) => it.section === section.toLowerCase());
  return [...new Set(own.flatMap((it) => it.owners))];
}

/**
 * Tells of each path who owns it: the last rule that matches it counts, and one without owners takes them away.
 *
 * @param section only its rules count; else all
 */
export function ownersBy(file: CodeOwners, section?: string): (path: string) => readonly string[] {
  const rules = file.rules.filter((it) => section === undefined || it.section === section.toLowerCase());
  const matchers = rules.map((it) => ({ owners: it.owners, matches: matcher(it.pattern) })).reverse();
  return (path) => matchers.find((it) => it.matches(path))?.owners ?? [];
}

function matcher(pattern: string): (path: string) => boolean {
  let rules: Ignore | undefined;
  // In a .gitignore `docs/*` takes whole folders; here it takes files of that folder alone.
  const flat = pattern.endsWith("/*") && !pattern.includes("**");
  const depth = pattern.replace(/^\//, "").split("/").length;
  return (path) => {
    if (flat && path.split("/").length !== depth) return false;
    rules ??= ignore({ ignorecase: false, allowRelativePaths: true }).add(pattern);
    return rules.ignores(path);
  };
}

function headingIn(line: string): { name: string; owners: readonly string[] } | undefined {
  if (line.length > longestPattern) return undefined;
  const found = /^(?:#[ \t]*)?\^?\[([^\]\n]{1,100})\](?:\[\d{1,3}\])?(?:[ \t]+(\S.*))?$/.exec(line.trim());
  if (found === null) return undefined;
  const [, name = "", rest = ""] = found;
  return { name: name.trim().toLowerCase(), owners: ownersIn(rest.split(/\s+/)) };
}

function ruleIn(line: string): { pattern: string; owners: readonly string[] } | undefined {
  if (line.length > 20 * longestPattern) return undefined;
  const words = line.match(/(?:\\.|[^\s\\])+/g) ?? [];
  const [pattern, ...rest] = words;
  if (pattern === undefined || pattern.length > longestPattern) return undefined;
  // Comments, negation and ranges: GitHub has none of them in a pattern.
  if (/^[#!]/.test(pattern) || /[[\]]/.test(pattern)) return undefined;
  const comment = rest.findIndex((word) => word.startsWith("#"));
  const named = comment === -1 ? rest : rest.slice(0, comment);
  const owners = ownersIn(named);
  // A line with an owner that is none is passed over as a whole, as GitHub does.
  return owners.length < named.length ? undefined : { pattern, owners };
}

function ownersIn(words: readonly string[]): readonly string[] {
  return words.filter(
    (word) =>
      word.length <= 200 &&
      (/^@[A-Za-z0-9][A-Za-z0-9_-]*(?:\/[A-Za-z0-9_.-]+)?$/.test(word) || /^[^@\s/]+@[^@\s/]+\.[^@\s/.]+$/.test(word)),
  );
}
