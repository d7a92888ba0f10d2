import { z } from "zod";
import { kinds, type ReleaseFacts } from "../../release/transition.ts";

/** Type of the resource that states what an update does. */
export const releaseType = "greenlight:index:Release";

const deployed = z.object({ version: z.string().min(1), manifestDigest: z.string().regex(/^[0-9a-f]{64}$/) });
const shape = z.object({
  kind: z.enum(kinds),
  live: z.enum(["blue", "green"]),
  environments: z.object({ blue: deployed.optional(), green: deployed.optional() }),
  share: z.number().int().min(0).max(99).optional(),
  history: z.array(z.string()),
  services: z.array(z.string()).min(1),
});

/**
 * The facts that a Release states. Only its plain inputs are read: an unknown one would turn a violation found in a preview
 * into advice.
 */
export function releaseFacts(
  props: Readonly<Record<string, unknown>>,
): { facts: ReleaseFacts; services: string[] } | { missing: string } {
  const parsed = shape.safeParse(props);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.map(String).join(".") || "everything");
    return { missing: [...new Set(names)].join(", ") };
  }
  const { services, ...facts } = parsed.data;
  return { facts, services };
}
