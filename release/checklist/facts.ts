import { z } from "zod";
import { overrideShape } from "./override.ts";

/** How a stack holds to the checklist. */
export const checklistLevels = ["mandatory", "advisory", "none"] as const;
export type ChecklistLevel = (typeof checklistLevels)[number];

/**
 * The plain facts of one version that its checklist is judged by, as the Release resource carries them: gathered by the program,
 * judged by the provider and by policy packs with the clock of their own.
 */
export const checklistFacts = z.strictObject({
  version: z.string().min(1).max(63),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .optional(),
  /** ISO time of the commit. */
  committedAt: z.iso.datetime({ offset: true }).optional(),
  /** `review`: nothing is applied, what belongs to the day is not judged yet. An update that states it is refused. */
  phase: z.enum(["review", "day"]),
  /** ISO time at which they were gathered. */
  gatheredAt: z.iso.datetime({ offset: true }),
  /** By item id; each item knows the shape of its own. */
  items: z.record(z.string().max(100), z.json()),
  overrides: z.array(overrideShape).max(50),
});
export type ChecklistFacts = z.infer<typeof checklistFacts>;
