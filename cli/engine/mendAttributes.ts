import { existsSync, readFileSync, renameSync } from "node:fs";
import { unreadableName } from "./unreadableName.ts";

/**
 * Takes away what a folder's backend notes about a stack's state, where that cannot be read: the engine writes it beside the state
 * (`<stack>.json.attrs`: its media type and its sum), and one that was killed in between leaves it empty. The engine then refuses the state,
 * however whole it is (`failed to load checkpoint: EOF`); it does without the note, and writes it anew with the next state.
 *
 * @param file in which a backend that is a folder keeps a stack's state
 * @returns what was done, in words; undefined where nothing had to be
 */
export function mendAttributes(file: string, now: Date): string | undefined {
  const attributes = `${file}.attrs`;
  if (!existsSync(attributes) || isObject(readFileSync(attributes, "utf8"))) return undefined;
  const kept = unreadableName(attributes, now);
  renameSync(attributes, kept);
  return `what the engine notes about its state could not be read, as after an engine that was killed while it wrote: it does without, and the note is kept as ${kept}`;
}

function isObject(text: string): boolean {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null && !Array.isArray(read);
  } catch {
    return false;
  }
}
