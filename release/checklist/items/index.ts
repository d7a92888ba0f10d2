import type { ChecklistItem } from "../item.ts";
import { capacity } from "./infrastructure/capacity.ts";

/** The whole checklist, in the seed's order; items that rest on others come after them. */
export const checklistItems: readonly ChecklistItem[] = [capacity];
