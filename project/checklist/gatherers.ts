import { antiPatterns } from "./antiPatterns.ts";
import { code } from "./code.ts";
import { communication } from "./communication.ts";
import { database } from "./database.ts";
import { day } from "./day.ts";
import type { Gatherers } from "./gathering.ts";
import { infrastructure } from "./infrastructure.ts";
import { onCall } from "./onCall.ts";
import { tests } from "./tests.ts";

/** Who gathers the facts of which item. */
export const gatherers: Gatherers = {
  ...code,
  ...tests,
  ...infrastructure,
  ...database,
  ...communication,
  ...onCall,
  ...day,
  ...antiPatterns,
};
