import { z } from "zod";
import type { SeenAlarm } from "../../release/observation.ts";
import type { Prometheus } from "./prometheus.ts";

const rules = z.looseObject({
  data: z.looseObject({
    groups: z.array(
      z.looseObject({
        rules: z.array(
          z.looseObject({
            name: z.string(),
            /** Absent on recording rules. */
            state: z.enum(["inactive", "pending", "firing", "unknown"]).catch("unknown").optional(),
            health: z.string().default("unknown"),
          }),
        ),
      }),
    ),
  }),
});

/**
 * The state of alerting rules by their names. One that is not there, or that could not be evaluated, has none: it would not fire.
 *
 * @throws Problem where it does not tell
 */
export async function readAlerts(
  prometheus: Prometheus,
  names: readonly string[],
  signal: AbortSignal,
): Promise<SeenAlarm[]> {
  if (names.length === 0) return [];
  const { data } = await prometheus.ask("rules", { type: "alert" }, rules, signal);
  const all = data.groups.flatMap((group) => group.rules).filter(({ state }) => state !== undefined);
  return names.map((name) => {
    const own = all.filter((it) => it.name === name);
    const judged = own.length > 0 && own.every(({ health, state }) => health === "ok" && state !== "unknown");
    const state = own.some((it) => it.state === "firing") ? "firing" : judged ? "ok" : "unknown";
    return { name, state, means: "no-go" };
  });
}
