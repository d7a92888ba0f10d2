import { isDeepStrictEqual } from "node:util";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { z } from "zod";
import { type Arming, armingFor } from "../../release/automaticRollback/arming.ts";
import type { ReadArming } from "../../release/automaticRollback/decision.ts";
import { spokenDuration } from "../../release/duration.ts";
import type { Weights } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { kinds } from "../../release/transition.ts";
import { handler, type Step } from "../handler.ts";
import { poll } from "../poll.ts";
import { weightsShape } from "../weightsShape.ts";
import { ask } from "./awsProblem.ts";
import type { SeenRule } from "./readRules.ts";

const inputs = z.strictObject({
  region: z.string(),
  /** Name of the parameter that holds the record. */
  parameter: z.string(),
  listener: z.string(),
  services: z.array(z.strictObject({ service: z.string(), blue: z.string(), green: z.string() })).min(1),
  /** What kind of update this is, as the Release says. */
  kind: z.enum(kinds).optional(),
  /** The environment that the update calls live. */
  live: z.enum(["blue", "green"]),
  weights: weightsShape,
  versions: z.strictObject({ blue: z.string().optional(), green: z.string().optional() }),
  /** Whether both sides have a version. */
  wayBack: z.boolean(),
  /** Name of the alarm that says no-go, by environment. */
  alarms: z.strictObject({ blue: z.string(), green: z.string() }),
  forMs: z.number().int().positive(),
  /** Version that was given its go. */
  go: z.string().optional(),
  intervalMs: z.number().int().positive(),
  deadlineMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** Whether traffic goes back by itself, and from where to where. */
  readonly arming: Arming;
  /** Weights by service when it was recorded, or as a refresh found them. */
  readonly serving: Readonly<Record<string, Weights>>;
}

const untouched = "Traffic was left as it is.";

/**
 * Stands between the gate of the switch and the rules: records what served before, so that traffic can go back when nobody is there.
 * It is written before the first rule moves, for a machine that dies in between.
 */
export const rollbackArming = handler<Inputs, Outputs>({
  inputs,
  // Another length of the bake is for the next switch.
  remarks: ["kind", "versions", "forMs", "intervalMs", "deadlineMs"],
  replaceOn: ["parameter"],
  drifted: (state) => Object.values(state.serving).some((it) => !isDeepStrictEqual(it, state.weights)),
  async create(step, it) {
    return { id: "rollback-arming", outputs: await arm(step, it) };
  },
  async read(step, _, state) {
    const rules = await seenRules(step, state);
    return withRecord(step, state, async (record) => {
      const read = await record.read();
      return read === undefined ? undefined : { arming: read.arming, serving: byService(rules) };
    });
  },
  async update(step, _, __, news) {
    return arm(step, news);
  },
  async delete(step, _, state) {
    await withRecord(step, state, (record) => record.remove());
  },
});

async function arm(step: Step, it: Inputs): Promise<Outputs> {
  const rules = await seenRules(step, it);
  return withRecord(step, it, async (record) => {
    const before = await record.read();
    const arming = armingFor({
      ...it,
      kind: it.kind,
      go: it.go,
      serving: rules.map(({ weights }) => weights),
      recorded: before?.arming,
    });
    if (isDeepStrictEqual(arming, before?.arming) && !isSwitch(rules, it.weights)) {
      return { arming, serving: left(it) };
    }
    if (arming.armed) await quiet(step, it, arming.alarm);
    await record.write(arming);
    const read = await record.read();
    if (!isDeepStrictEqual(read?.arming, arming)) {
      throw new Problem({
        happened: "What was recorded for the way back is not what can be read.",
        where: `parameter ${it.parameter}, ${it.region}`,
        untouched,
        next: "see who else writes it (its history says), then run the update again",
      });
    }
    step.tell(
      arming.armed
        ? `armed: traffic goes back to ${arming.returnsTo} ${arming.returnsToVersion} by itself if ${arming.alarm} fires within ${spokenDuration(arming.forMs)}`
        : `disarmed: ${arming.why}`,
    );
    return { arming, serving: left(it) };
  });
}

function isSwitch(rules: readonly SeenRule[], weights: Weights): boolean {
  return rules.some((it) => it.weights !== undefined && !isDeepStrictEqual(it.weights, weights));
}

/** The rules come after this: what they will be is what the next refresh is compared with. */
function left({ services, weights }: Inputs): Outputs["serving"] {
  return Object.fromEntries(services.map(({ service }) => [service, weights]));
}

function byService(rules: readonly SeenRule[]): Outputs["serving"] {
  return Object.fromEntries(
    rules.flatMap(({ service, weights }) => (weights === undefined ? [] : [[service, weights]])),
  );
}

/** An alarm that fires already will not fire again, and one that is not there never does: nobody would move traffic back. */
async function quiet(step: Step, it: Inputs, alarm: string): Promise<void> {
  const [{ alarmsClient }, { alarmStates }] = await Promise.all([import("./clients.ts"), import("./alarmStates.ts")]);
  const client = alarmsClient(it.region);
  const where = `CloudWatch, ${it.region}`;
  try {
    const states = await poll(
      () =>
        ask({ doing: `tell the state of ${alarm}`, where, untouched }, () => alarmStates(client, [alarm], step.signal)),
      (all) => all[alarm] !== undefined && all[alarm] !== "ALARM",
      it,
      step.signal,
    );
    const state = states[alarm];
    if (state !== undefined && state !== "ALARM") return;
    throw new Problem({
      happened: `Traffic was not moved: ${alarm} ${state === undefined ? "is not there" : "fires already"}, so nothing would take it back.`,
      where,
      untouched,
      next:
        state === undefined
          ? "run the update again: it makes the alarm before this"
          : "see which of its alarms fires and mend the candidate; wait until it is OK, then run the update again",
    });
  } finally {
    client.destroy();
  }
}

async function seenRules(step: Step, it: Inputs): Promise<SeenRule[]> {
  const [{ loadBalancingClient }, { readRules }] = await Promise.all([
    import("./clients.ts"),
    import("./readRules.ts"),
  ]);
  const client = loadBalancingClient(it.region);
  try {
    return await ask({ doing: "tell the listener's rules", where: it.listener, untouched }, () =>
      readRules(client, it.listener, it.services, step.signal),
    );
  } finally {
    client.destroy();
  }
}

/** The record of a stack, as questions to AWS. */
export interface ArmingRecord {
  read(): Promise<ReadArming | undefined>;
  write(arming: Arming): Promise<void>;
  remove(): Promise<void>;
}

/** Works on the record of a stack. */
export async function withRecord<T>(
  step: Step,
  { region, parameter }: { readonly region: string; readonly parameter: string },
  work: (record: ArmingRecord) => Promise<T>,
): Promise<T> {
  const [{ parametersClient }, { readArming, removeArming, writeArming }] = await Promise.all([
    import("./clients.ts"),
    import("./armingRecord.ts"),
  ]);
  const client: SSMClient = parametersClient(region);
  const asking = <R>(what: string, question: () => Promise<R>) =>
    ask(
      { doing: `${what} the record of the way back`, where: `parameter ${parameter}, ${region}`, untouched },
      question,
    );
  try {
    return await work({
      read: () => asking("tell", () => readArming(client, parameter, step.signal)),
      write: (arming) => asking("take", () => writeArming(client, parameter, arming, step.signal)),
      remove: () => asking("remove", () => removeArming(client, parameter, step.signal)),
    });
  } finally {
    client.destroy();
  }
}
