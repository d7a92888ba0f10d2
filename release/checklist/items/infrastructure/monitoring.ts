import { z } from "zod";
import { spokenDuration } from "../../../duration.ts";
import { fail, item, pass } from "../../item.ts";

const ms = z.number().nonnegative();
const alarm = z.strictObject({
  /** Share of failed requests, 0 to 1, and for how long it must be above it. */
  errorRate: z.strictObject({ max: z.number(), forMs: ms }).optional(),
  p95: z.strictObject({ maxMs: ms, forMs: ms }).optional(),
});

const facts = z.strictObject({
  /** Alarms by service, for each service of the release; what has none is empty. */
  services: z.record(z.string().max(63), alarm),
  /** How long the release is watched after the switch. */
  watchForMs: ms,
});

/** The seed's "Monitoring configured": alarms that can fire, for each service, while somebody watches. */
export const monitoring = item({
  id: "infrastructure/monitoring",
  group: "infrastructure",
  title: "Monitoring configured",
  severity: "high",
  when: "review",
  unoverridable: false,
  rule: "Every service of the release has an alarm for its error rate and one for its latency that can fire, and the release is watched after the switch for at least as long as each of them needs.",
  mend: "set greenlight:thresholds and greenlight:watch, and name every service of the release in greenlight:services",
  facts,
  judge({ services, watchForMs }) {
    const all = Object.entries(services);
    if (all.length === 0) return fail("no service is known");
    if (watchForMs <= 0) return fail("nothing is watched after the switch");
    const faults = all.flatMap(([name, it]) => faultsOf(it, watchForMs).map((fault) => `${name}: ${fault}`));
    if (faults.length > 0) {
      const more = faults.length > 5 ? ` and ${faults.length - 5} more` : "";
      return fail(`${faults.slice(0, 5).join("; ")}${more}`);
    }
    const said = all.slice(0, 5).map(([name, { errorRate, p95 }]) => {
      return `${name} above ${(errorRate?.max ?? 0) * 100} % errors or a P95 of ${spokenDuration(p95?.maxMs ?? 0)}`;
    });
    return pass(`alarms for ${said.join(", ")}; watched for ${spokenDuration(watchForMs)}`);
  },
});

function faultsOf({ errorRate, p95 }: z.infer<typeof alarm>, watchForMs: number): string[] {
  const faults: string[] = [];
  if (errorRate === undefined) faults.push("no alarm for its error rate");
  else if (!(errorRate.max < 1)) faults.push(`its alarm for errors never fires, at ${errorRate.max * 100} %`);
  else if (errorRate.forMs > watchForMs) faults.push(tooLate("errors", errorRate.forMs, watchForMs));
  if (p95 === undefined) faults.push("no alarm for its latency");
  else if (!Number.isFinite(p95.maxMs) || p95.maxMs <= 0) faults.push("its alarm for latency has no limit");
  else if (p95.forMs > watchForMs) faults.push(tooLate("latency", p95.forMs, watchForMs));
  return faults;
}

function tooLate(what: string, needs: number, watched: number): string {
  return `its alarm for ${what} needs ${spokenDuration(needs)}, longer than the ${spokenDuration(watched)} of watching`;
}
