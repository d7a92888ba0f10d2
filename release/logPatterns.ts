/** An error in the candidate's logs whose pattern the live environment's logs do not have. */
export interface NewPattern {
  /** The line with everything that varies masked. */
  readonly pattern: string;
  readonly count: number;
  /** The first such line: secrets masked, without control characters, shortened. */
  readonly sample: string;
}

/** Bounds of the look at logs: what is read of a line, and what is told. */
export const logLimits = { textLine: 2_000, jsonLine: 16_384, sample: 300, patterns: 1_000, told: 50 } as const;

/**
 * A line with all that varies masked: times, ids, numbers, quoted texts, paths, addresses. Two lines of the same cause have the same
 * pattern. Of a JSON line it is the message's. Time is linear in the line's length, and only its first 2000 characters are read.
 */
export function patternOf(line: string): string {
  return template(parseJsonLine(line)?.message ?? line);
}

/** Whether a line tells of an error: by its level where it has one, else by its words. Lines of a stack trace do not. */
export function isErrorLine(line: string): boolean {
  const json = parseJsonLine(line);
  if (json?.level !== undefined) return isErrorLevel(json.level);
  const text = line.slice(0, logLimits.textLine).replace(ansi, "");
  return !/^\s*at /.test(text) && errorWords.some((words) => words.test(text));
}

/**
 * Error patterns of the candidate that the live environment does not have, the most frequent first, at most 50.
 *
 * @param maskText takes secrets out of a line before anything of it is kept; see masker
 */
export function newPatterns(
  candidateLines: Iterable<string>,
  liveLines: Iterable<string>,
  maskText: (text: string) => string = (text) => text,
): readonly NewPattern[] {
  const known = new Set<string>();
  // One character more than is read as JSON, so that a longer line is still seen to be longer.
  const bounded = (line: string): string => maskText(line.slice(0, logLimits.jsonLine + 1));
  for (const line of liveLines) if (isErrorLine(line)) known.add(patternOf(bounded(line)));
  const found = new Map<string, { count: number; readonly sample: string }>();
  for (const line of candidateLines) {
    if (!isErrorLine(line)) continue;
    const safe = bounded(line);
    const pattern = patternOf(safe);
    if (known.has(pattern)) continue;
    const entry = found.get(pattern);
    if (entry !== undefined) entry.count += 1;
    else if (found.size < logLimits.patterns) found.set(pattern, { count: 1, sample: sampleOf(safe) });
  }
  return [...found]
    .map(([pattern, { count, sample }]) => ({ pattern, count, sample }))
    .sort((a, b) => b.count - a.count)
    .slice(0, logLimits.told);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of terminals are taken out
const ansi = /\u001b\[[0-9;]{0,20}[A-Za-z]/g;

const errorWords = [
  /\b(?:ERROR|FATAL|PANIC|CRITICAL|CRIT|EMERG|SEVERE)\b/,
  /\b[A-Za-z]*(?:Error|Exception)\b/,
  /\b(?:error|fatal|panic|critical)\b\s?[:\]=]/i,
  /\b(?:level|severity|lvl)=["']?(?:error|err|fatal|panic|crit|critical|emerg|alert)\b/i,
  /\b(?:unhandled|uncaught)\b/i,
];

const errorLevels = new Set([
  "error",
  "err",
  "fatal",
  "panic",
  "crit",
  "critical",
  "emerg",
  "emergency",
  "alert",
  "severe",
]);

function isErrorLevel(level: string | number): boolean {
  // Numbers as pino and bunyan write them: 50 error, 60 fatal.
  return typeof level === "number" ? level >= 50 : errorLevels.has(level.toLowerCase());
}

/** In this order: what comes first may hold what comes later. None of them can backtrack over more than a word. */
const masks: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/g, "<time>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "<id>"],
  [/"[^"]*"/g, "<text>"],
  [/`[^`]*`/g, "<text>"],
  [/(?<![A-Za-z0-9])'[^']*'/g, "<text>"],
];

const wordMasks: readonly (readonly [RegExp, string])[] = [
  [/\b0x[0-9a-f]+\b/gi, "<n>"],
  [/\b(?=[a-f]*[0-9])[0-9a-f]{8,}\b/gi, "<n>"],
  [/\d+(?:[.:,]\d+)*/g, "<n>"],
];

function template(line: string): string {
  const whole = apply(line.slice(0, logLimits.textLine).replace(ansi, ""), masks);
  return whole
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => {
      if (/[^<]\/|^\//.test(word)) return word.endsWith(":") ? "<path>:" : "<path>";
      if (/.@./.test(word)) return "<address>";
      return apply(word, wordMasks);
    })
    .join(" ");
}

function apply(text: string, replacements: readonly (readonly [RegExp, string])[]): string {
  return replacements.reduce((rest, [pattern, stand]) => rest.replace(pattern, stand), text);
}

interface JsonLine {
  readonly level: string | number | undefined;
  readonly message: string | undefined;
}

function parseJsonLine(line: string): JsonLine | undefined {
  if (!line.startsWith("{") || line.length > logLimits.jsonLine) return undefined;
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(line) as Record<string, unknown>;
  } catch {
    // Not JSON after all: it is read as text.
    return undefined;
  }
  const level = value.level ?? value.severity ?? value.lvl;
  return {
    level: typeof level === "string" || typeof level === "number" ? level : undefined,
    message: [value.msg, value.message, value.err, value.error, value.event]
      .map(messageIn)
      .find((text) => text !== undefined),
  };
}

function messageIn(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "object" && value !== null && "message" in value ? messageIn(value.message) : undefined;
}

function sampleOf(line: string): string {
  const text = line
    .slice(0, logLimits.textLine)
    .replace(ansi, "")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a log line must not steer the reader's terminal
    .replace(/[\s\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, " ")
    .trim();
  return text.length > logLimits.sample ? `${text.slice(0, logLimits.sample - 1)}…` : text;
}
