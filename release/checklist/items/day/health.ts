import { z } from "zod";
import { spokenDuration } from "../../../duration.ts";
import { fail, item, notApplicable, pass } from "../../item.ts";
import { clockFacts, clockFault } from "./clock.ts";

/** An answer older than this says nothing of now: 15 minutes. Milliseconds. */
export const healthMaxAge = 15 * 60_000;

const facts = z.strictObject({
  ...clockFacts,
  /** `nothing`: the stack has never served anybody. `divided`: no environment has all traffic. */
  serves: z.enum(["blue", "green", "nothing", "divided"]),
  instances: z
    .array(
      z.strictObject({
        service: z.string().max(100),
        /** Where instances have one each. */
        port: z.number().int().optional(),
        healthy: z.boolean(),
        says: z.string().max(500),
      }),
    )
    .max(1_000),
  /** Services that the stack has; each must have an instance that serves. */
  services: z.array(z.string().max(100)).max(100),
  firing: z.array(z.strictObject({ service: z.string().max(100), says: z.string().max(500) })).max(100),
});

/** The seed's "Check system health". */
export const systemHealth = item({
  id: "day/health",
  group: "day",
  title: "Check system health",
  severity: "high",
  when: "day",
  unoverridable: false,
  rule:
    "Every instance of the environment that serves answers its health question, asked at most 15 minutes ago, each service has one, and no " +
    "alarm fires: the share of failed requests is within the stack's threshold, and the counters can be read. On AWS and Kubernetes it is the " +
    "platform's own word on targets or pods, and on alarms, that counts (docs/aws.md, docs/kubernetes.md).",
  mend: "see what is wrong with `greenlight status`, mend it or roll back, and run the command again",
  facts,
  judge(it, judging) {
    const fault = clockFault(it, judging);
    if (fault !== undefined) return fail(fault);
    const age = judging.now.getTime() - Date.parse(it.at);
    if (age > healthMaxAge) {
      return fail(`it was asked ${spokenDuration(age)} ago; at most ${spokenDuration(healthMaxAge)} are taken`);
    }
    if (it.serves === "nothing") return notApplicable("nothing serves yet, so there is nobody to ask");
    if (it.serves === "divided")
      return fail("traffic is divided between the environments: an earlier switch has not ended");
    const silent = it.services.filter((name) => !it.instances.some((one) => one.service === name));
    if (it.services.length === 0 || silent.length > 0) {
      return fail(`no instance of ${silent.slice(0, 5).join(", ") || "any service"} serves in ${it.serves}`);
    }
    const sick = it.instances.filter((one) => !one.healthy);
    const faults = [
      ...sick
        .slice(0, 5)
        .map(
          ({ service, port, says }) =>
            `the live ${service}${port === undefined ? "" : ` on port ${port}`} is not healthy: ${says}`,
        ),
      ...it.firing.slice(0, 5).map(({ says }) => says),
    ];
    if (faults.length > 0) return fail(faults.join("; "));
    return pass(`all ${it.instances.length} instances of ${it.serves} answer well, no alarm fires`);
  },
});
