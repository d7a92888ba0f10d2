import { z } from "zod";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import type { SeenAlarm } from "../../release/observation.ts";
import { Problem } from "../../release/problem.ts";
import { handler, type Step } from "../handler.ts";
import { poll } from "../poll.ts";
import { prometheusAccess } from "../prometheus/access.ts";
import { kubernetesServingFacts } from "./facts.ts";
import { liveEnvironments } from "./liveServices.ts";

const inputs = z.strictObject({
  serving: kubernetesServingFacts,
  prometheus: prometheusAccess,
  /** Names of alerting rules that say users are served badly by a side. */
  alerts: z.strictObject({ blue: z.array(z.string()).min(1), green: z.array(z.string()).min(1) }),
  intervalMs: z.number().int().positive(),
  deadlineMs: z.number().int().positive(),
  /** The environment that is about to take a version. */
  environment: z.enum(["blue", "green"]),
  version: z.string(),
  /** What releases are judged by, for whoever reviews the stack. */
  services: z.array(z.string()).min(1),
  thresholds: z.strictObject({
    errorRate: z.strictObject({ max: z.number(), for: z.number() }),
    p95: z.strictObject({ maxMs: z.number(), for: z.number() }),
  }),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** What was asked about: the environments that served beside, with no alert that fires. Empty where nothing served. */
  readonly quiet: readonly EnvironmentName[];
  /** ISO time. */
  readonly askedAt: string;
}

/**
 * Stands before everything that a version needs. Passes when no alert fires while something serves: a release that begins while users are
 * served badly would be judged by troubles that it did not make. A rule that is not there, or cannot be evaluated, is not quiet.
 */
export const alertsQuiet = handler<Inputs, Outputs>({
  inputs,
  // It is asked once for a version, before anything of it is deployed.
  remarks: ["serving", "prometheus", "alerts", "intervalMs", "deadlineMs", "services", "thresholds"],
  async create(step, it) {
    return { id: `${it.environment}-quiet`, outputs: await pass(step, it) };
  },
  async read(_, __, state) {
    return { quiet: state.quiet, askedAt: state.askedAt };
  },
  async update(step, _, __, news) {
    return pass(step, news);
  },
  async delete() {
    // A gate leaves nothing behind.
  },
});

async function pass(step: Step, it: Inputs): Promise<Outputs> {
  const live = await liveEnvironments(it.serving, step.signal);
  const beside = environmentNames.filter((name) => name !== it.environment && live.includes(name));
  const names = [...new Set(beside.flatMap((name) => it.alerts[name]))];
  const loud = names.length === 0 ? [] : (await statesOf(step, it, names)).filter(({ state }) => state !== "ok");
  if (loud.length === 0) return { quiet: beside, askedAt: new Date().toISOString() };
  throw new Problem({
    happened: `${it.version} was not begun: ${loud.map(say).join("; ")}.`,
    where: it.prometheus.url,
    untouched: "Nothing was deployed; traffic is as before.",
    next: "mend what serves, or roll back, until no alert fires; then run the update again",
  });
}

/** As they are when each is known, or one fires, or time is up. */
async function statesOf(step: Step, it: Inputs, names: readonly string[]): Promise<SeenAlarm[]> {
  const [{ Prometheus }, { readAlerts }] = await Promise.all([
    import("../prometheus/prometheus.ts"),
    import("../prometheus/alerts.ts"),
  ]);
  const prometheus = new Prometheus(it.prometheus);
  try {
    return await poll(
      () => readAlerts(prometheus, names, step.signal),
      (all) => all.every(({ state }) => state !== "unknown") || all.some(({ state }) => state === "firing"),
      it,
      step.signal,
    );
  } finally {
    await prometheus.close();
  }
}

function say({ name, state }: SeenAlarm): string {
  return state === "firing"
    ? `the alert ${name} fires already`
    : `there is no alerting rule ${name} that works, so nobody would hear`;
}
