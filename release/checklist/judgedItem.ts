import type { ItemVerdict } from "./judge.ts";

/** What is kept of a judged item, for results and reports. */
export type JudgedItem = Pick<ItemVerdict, "id" | "group" | "title" | "verdict" | "reason" | "override">;

/** The same without how it is mended and what it rests on. */
export function judgedItem({ id, group, title, verdict, reason, override }: ItemVerdict): JudgedItem {
  return { id, group, title, verdict, reason, ...(override === undefined ? {} : { override }) };
}
