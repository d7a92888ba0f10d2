import type { z } from "zod";
import { wholeText } from "./reportText.ts";

/** Limits on a JSON report, so that reading it takes bounded memory: about 1 GB at worst for 5 million values. */
export const jsonLimits = { depth: 100, values: 5_000_000 } as const;

/**
 * Reads a report as JSON; a byte order mark is passed over.
 *
 * @throws Error with a sentence for what is no JSON, nested deeper than 100 levels, or of more than 5 million values
 */
export function readJson(bytes: Buffer): unknown {
  return parseReport(wholeText(bytes));
}

/** As {@link readJson}, of text. */
export function parseReport(text: string): unknown {
  holdToLimits(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    const cut = error instanceof Error && /end of JSON|Unterminated/i.test(error.message);
    throw new Error(cut ? "it is cut short: its JSON ends in the middle" : "it is not JSON");
  }
}

/** What a value is by a schema. @throws Error that names the tool, the place and what is wrong there */
export function shaped<S>(schema: z.ZodType<S>, value: unknown, tool: string): S {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const place = first?.path.map(String).join(".").slice(0, 200);
  throw new Error(`it is not as ${tool} writes it: ${place || "the whole"}: ${first?.message ?? "of another shape"}`);
}

/** As {@link shaped}, of each value of a list: the first that does not fit ends it, so that a list of junk costs nothing. */
export function* each<S>(schema: z.ZodType<S>, list: readonly unknown[], tool: string): Generator<S> {
  for (const value of list) yield shaped(schema, value, tool);
}

/** JSON.parse itself has no limits: 64 MiB of brackets would take gigabytes before they fail. */
function holdToLimits(text: string): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        at = endOfString(text, at);
        break;
      }
      case 0x5b:
      case 0x7b:
        depth += 1;
        values += 1;
        if (depth > jsonLimits.depth) throw new Error(`its JSON is nested deeper than ${jsonLimits.depth} levels`);
        break;
      case 0x5d:
      case 0x7d:
        depth -= 1;
        break;
      case 0x2c:
        values += 1;
        break;
    }
    if (values > jsonLimits.values) throw new Error("its JSON holds more than 5 million values");
  }
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}
