import type { z } from "zod";

/** Facts as plain JSON: what is undefined is left out. */
export function plainFacts(facts: object): z.core.util.JSONType {
  return JSON.parse(JSON.stringify(facts));
}
