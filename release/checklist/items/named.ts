import { exitCodes } from "../../exitCodes.ts";
import { Problem } from "../../problem.ts";
import { nearest } from "../../suggestion.ts";
import type { ChecklistItem } from "../item.ts";
import { checklistItems } from "./index.ts";

/** The item of that id. @throws Problem naming the nearest one, when there is none */
export function itemNamed(id: string): ChecklistItem {
  const found = checklistItems.find((it) => it.id === id);
  if (found !== undefined) return found;
  const meant = nearest(
    id,
    checklistItems.map((it) => it.id),
  );
  throw new Problem({
    happened: `The checklist has no item ${JSON.stringify(id.slice(0, 100))}.`,
    untouched: "Nothing was changed.",
    next: meant === undefined ? "`greenlight check <version>` shows every item" : `did you mean ${meant}?`,
    exitCode: exitCodes.usage,
  });
}
