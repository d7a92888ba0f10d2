import type { Gatherers } from "./gathering.ts";
import { infrastructure } from "./infrastructure.ts";
import { tests } from "./tests.ts";

/** Who gathers the facts of which item. */
export const gatherers: Gatherers = { ...tests, ...infrastructure };
