import { z } from "zod";
import { checklistFacts, checklistLevels } from "../../release/checklist/facts.ts";
import type { CarriedChecklist } from "../../release/checklist/judged.ts";
import { reading } from "./reading.ts";

const shape = z.object({
  level: z.enum(checklistLevels),
  blue: checklistFacts.optional(),
  green: checklistFacts.optional(),
});

/**
 * The checklist that a Release carries, or why it cannot be read. What is not known before the update is as good as missing:
 * it must not turn a violation into advice.
 */
export function carriedChecklist(
  props: Readonly<Record<string, unknown>>,
): { readonly checklist: CarriedChecklist } | { readonly missing: string } {
  // Text of the whole first: reading one unknown value anywhere in it throws.
  const text = reading(() => JSON.stringify(props.checklist) as string | undefined);
  if ("unknown" in text) return { missing: "The Release's checklist is not known before the update." };
  if (text.value === undefined) return { missing: "The Release carries no checklist." };
  const parsed = shape.safeParse(JSON.parse(text.value));
  if (parsed.success) return { checklist: parsed.data };
  const [first] = parsed.error.issues;
  const where = first?.path.map(String).join(".") ?? "";
  return { missing: `The Release's checklist is not what it should be: ${where} ${first?.message ?? ""}.` };
}
