import { z } from "zod";
import { Problem } from "../../release/problem.ts";
import { handler, type Step } from "../handler.ts";
import { poll } from "../poll.ts";
import { ask } from "./awsProblem.ts";
import { type SeenService, type Steadiness, steadiness } from "./steadiness.ts";

const service = z.strictObject({
  service: z.string(),
  name: z.string(),
  taskDefinition: z.string(),
  container: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, "the digest of an image, sha256: and 64 hex digits"),
  /** 0 for one that is stopped: then none may run. */
  least: z.number().int().min(0),
});

const inputs = z.strictObject({
  region: z.string(),
  cluster: z.string(),
  environment: z.enum(["blue", "green"]),
  version: z.string(),
  services: z.array(service).min(1),
  intervalMs: z.number().int().positive(),
  deadlineMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** By service: how many tasks were read to run the asked image. */
  readonly running: Readonly<Record<string, number>>;
  /** What later gates speak of: the task definition of each service. */
  readonly incarnations: readonly string[];
  /** ISO time of the reading. */
  readonly readAt: string;
  /** Whether that reading showed what was asked. */
  readonly steady: boolean;
}

/**
 * Passes when what was asked to run is what runs, by what the running tasks say of themselves. ECS may go back to an earlier version
 * by itself while whoever asked it was told that the service was updated.
 */
export const steadyState = handler<Inputs, Outputs>({
  inputs,
  // Patience is no statement about a release.
  remarks: ["intervalMs", "deadlineMs"],
  drifted: (state) => !state.steady,
  async create(step, it) {
    return { id: `${it.environment}-steady`, outputs: await pass(it, step) };
  },
  async read(step, _, state) {
    const readings = await readAll(inputsOf(state), step);
    return outputsOf(state, readings);
  },
  async update(step, _, __, news) {
    return pass(news, step);
  },
  async delete() {
    // A gate leaves nothing behind.
  },
});

interface Reading {
  readonly asked: Inputs["services"][number];
  readonly seen: SeenService;
  readonly judged: Steadiness;
}

async function pass(it: Inputs, step: Step): Promise<Outputs> {
  const readings = await poll(
    () => readAll(it, step),
    (all) =>
      all.some(({ judged }) => judged.state === "failed") || all.every(({ judged }) => judged.state === "steady"),
    it,
    step.signal,
  );
  const missing = readings.flatMap(({ asked, judged }) =>
    judged.state === "steady" ? [] : [`${asked.service} (${asked.name}): ${judged.says}`],
  );
  if (missing.length === 0) return outputsOf(it, readings);
  throw new Problem({
    happened: `${it.environment} does not run ${it.version}: ${missing.length} of ${readings.length} services are not what was asked.`,
    where: missing.join("; "),
    untouched: "No traffic was moved.",
    next: "read the service's events and the stopped tasks' reasons in ECS, mend it, and run the update again: it goes on from this gate",
  });
}

async function readAll(it: Inputs, step: Step): Promise<Reading[]> {
  const [{ ecsClient }, { readService }] = await Promise.all([import("./clients.ts"), import("./readService.ts")]);
  const client = ecsClient(it.region);
  try {
    const readings: Reading[] = [];
    for (const asked of it.services) {
      const seen = await ask(
        {
          doing: `tell what ${asked.name} runs`,
          where: `ECS, ${it.region}, ${it.cluster}`,
          untouched: "No traffic was moved.",
        },
        () => readService(client, it.cluster, asked.name, step.signal),
      );
      readings.push({ asked, seen, judged: steadiness(asked, seen) });
    }
    return readings;
  } finally {
    client.destroy();
  }
}

function outputsOf(it: Inputs, readings: readonly Reading[]): Outputs {
  return {
    running: Object.fromEntries(readings.map(({ asked, seen }) => [asked.service, seen.tasks.length])),
    incarnations: it.services.map(({ taskDefinition }) => taskDefinition),
    readAt: new Date().toISOString(),
    steady: readings.every(({ judged }) => judged.state === "steady"),
  };
}

function inputsOf(state: Inputs): Inputs {
  return inputs.parse(Object.fromEntries(Object.keys(inputs.shape).map((key) => [key, state[key as keyof Inputs]])));
}
