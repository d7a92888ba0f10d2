import { z } from "zod";
import { fail, item, pass } from "../../item.ts";

const facts = z.strictObject({
  /** Instances by service: what serves now, and what the candidate gets. `live` is absent before anything serves. */
  services: z.record(z.string(), z.strictObject({ live: z.number().int().optional(), candidate: z.number().int() })),
});

/** The seed's "Infrastructure capacity sufficient": the candidate is given at least what serves now. */
export const capacity = item({
  id: "infrastructure/capacity",
  group: "infrastructure",
  title: "Infrastructure capacity sufficient",
  severity: "high",
  when: "review",
  unoverridable: false,
  rule: "In every service the candidate's environment has at least as many instances as serve now, and at least one.",
  mend: "raise greenlight:services.<service>.instances",
  facts,
  judge({ services }) {
    const all = Object.entries(services);
    if (all.length === 0) return fail("no service is known");
    const short = all.filter(([, it]) => it.candidate < Math.max(1, it.live ?? 1));
    if (short.length === 0) {
      return pass(all.map(([name, it]) => `${name} ${it.candidate} of ${it.live ?? "no"} serving`).join(", "));
    }
    return fail(
      short.map(([name, it]) => `${name} would have ${it.candidate} where ${it.live ?? 1} are needed`).join(", "),
    );
  },
});
