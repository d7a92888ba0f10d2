import { z } from "zod";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { handler, type Step } from "../handler.ts";
import { poll } from "../poll.ts";
import { ask } from "./awsProblem.ts";

const inputs = z.strictObject({
  region: z.string(),
  /** The environment that is about to take a version. */
  environment: z.enum(["blue", "green"]),
  version: z.string(),
  listener: z.string(),
  services: z.array(z.strictObject({ service: z.string(), blue: z.string(), green: z.string() })).min(1),
  /** Name of the alarm that says no-go, by environment. */
  alarms: z.strictObject({ blue: z.string(), green: z.string() }),
  /** Beginning of the names of the stack's alarms, to tell which of them fire. */
  prefix: z.string(),
  intervalMs: z.number().int().positive(),
  deadlineMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** What was asked: the environments that served, each with its alarm at OK. Empty where nothing served. */
  readonly quiet: readonly EnvironmentName[];
  /** ISO time. */
  readonly askedAt: string;
}

/**
 * Stands before everything that a version needs. Passes when no alarm of what serves fires: a release that begins while users are
 * served badly would be judged by troubles that it did not make. An alarm that is not there, or has no state, is not quiet.
 */
export const alarmsQuiet = handler<Inputs, Outputs>({
  inputs,
  // It is asked once for a version, before anything of it is deployed.
  remarks: ["region", "listener", "services", "alarms", "prefix", "intervalMs", "deadlineMs"],
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
  const untouched = "Nothing was deployed; traffic is as before.";
  const serving = await servingBeside(step, it);
  const [{ alarmsClient }, { alarmStates, firing }] = await Promise.all([
    import("./clients.ts"),
    import("./alarmStates.ts"),
  ]);
  const client = alarmsClient(it.region);
  const asked = { doing: "tell the state of the alarms", where: `CloudWatch, ${it.region}`, untouched };
  try {
    const names = serving.map((name) => it.alarms[name]);
    const states = await poll(
      () => ask(asked, () => alarmStates(client, names, step.signal)),
      (all) => names.every((name) => all[name] === "OK") || names.some((name) => all[name] === "ALARM"),
      it,
      step.signal,
    );
    const loud = names.filter((name) => states[name] !== "OK");
    if (loud.length === 0) return { quiet: serving, askedAt: new Date().toISOString() };
    const fires = await ask(asked, () => firing(client, `${it.prefix}-`, step.signal));
    throw new Problem({
      happened: `${it.version} was not begun: ${loud.map((name) => say(name, states[name])).join("; ")}.`,
      where: fires.length === 0 ? `CloudWatch, ${it.region}` : `alarms that fire: ${fires.slice(0, 10).join(", ")}`,
      untouched,
      next: "mend what serves, or roll back, until the alarm is OK; then run the update again",
    });
  } finally {
    client.destroy();
  }
}

/** Environments that serve users now, without the one that is about to be deployed to: its own alarms are of what goes. */
async function servingBeside(step: Step, it: Inputs): Promise<EnvironmentName[]> {
  const [{ loadBalancingClient }, { readRules }] = await Promise.all([
    import("./clients.ts"),
    import("./readRules.ts"),
  ]);
  const client = loadBalancingClient(it.region);
  try {
    const rules = await ask(
      { doing: "tell what serves", where: it.listener, untouched: "Nothing was deployed; traffic is as before." },
      () => readRules(client, it.listener, it.services, step.signal),
    );
    return environmentNames.filter(
      (name) => name !== it.environment && rules.some(({ weights }) => (weights?.[name] ?? 0) > 0),
    );
  } finally {
    client.destroy();
  }
}

function say(name: string, state: string | undefined): string {
  if (state === undefined) return `there is no alarm ${name}, so nobody would hear`;
  return state === "ALARM" ? `${name} fires already` : `${name} has no state yet (${state})`;
}
