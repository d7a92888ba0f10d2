import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { GateProof } from "../../release/gateProof.ts";
import { Problem } from "../../release/problem.ts";
import { handler } from "../handler.ts";
import { gateProof } from "./gateProofShape.ts";
import { askHealth, type HealthQuestion, healthQuestion } from "./health.ts";

const inputs = z.strictObject({
  environment: z.enum(["blue", "green"]),
  version: z.string(),
  /** Every instance's own address: one sick instance behind a balancer must not hide. */
  targets: z.array(z.strictObject({ service: z.string(), address: z.string(), question: healthQuestion })).min(1),
  /** Good answers in a row that each target must give. */
  successes: z.number().int().positive(),
  intervalMs: z.number().int().positive(),
  deadlineMs: z.number().int().positive(),
  /** What the gate speaks of; changes when an instance is started anew, so that the gate runs again. */
  incarnations: z.array(z.string()),
});
type Inputs = z.infer<typeof inputs>;

interface Sample {
  readonly service: string;
  readonly address: string;
  readonly goodInARow: number;
  readonly asked: number;
  /** Slowest good answer, ms. */
  readonly slowestMs: number;
  readonly lastAnswer: string;
}

interface Outputs {
  readonly samples: readonly Sample[];
  readonly proof: GateProof;
}

/** Passes when every instance gave so many good answers in a row before the deadline. A failed gate is never saved. */
export const healthGate = handler<Inputs, Outputs>({
  inputs,
  parts: ["targets", "incarnations"],
  async create(step, it) {
    return { id: `${it.environment}-health`, outputs: await pass(it, step.signal) };
  },
  async read(_, __, state) {
    return { samples: state.samples, proof: gateProof.parse(state.proof) };
  },
  async update(step, _, __, news) {
    return pass(news, step.signal);
  },
  async delete() {
    // A gate leaves nothing behind.
  },
});

async function pass(it: Inputs, signal: AbortSignal): Promise<Outputs> {
  const deadline = Date.now() + it.deadlineMs;
  const samples = await Promise.all(it.targets.map((target) => watchTarget(it, target, deadline, signal)));
  const failed = samples.filter((sample) => sample.goodInARow < it.successes);
  if (failed.length > 0) {
    throw new Problem({
      happened: `Health gate: ${failed.length} of ${samples.length} instances of ${it.environment} ${it.version} did not answer well ${it.successes} times in a row within ${it.deadlineMs / 1000} s.`,
      where: failed
        .map((s) => `${s.service} ${s.address}: ${s.lastAnswer} (${s.asked} asked, ${s.goodInARow} good in a row)`)
        .join("; "),
      untouched: "No traffic was moved.",
      next: "read the instance's log, mend it, and run the release again: it goes on from this gate",
    });
  }
  return {
    samples,
    proof: {
      gate: "health",
      environment: it.environment,
      version: it.version,
      passed: true,
      at: new Date().toISOString(),
    },
  };
}

async function watchTarget(
  it: Inputs,
  target: { service: string; address: string; question: HealthQuestion },
  deadline: number,
  signal: AbortSignal,
): Promise<Sample> {
  let goodInARow = 0;
  let asked = 0;
  let slowestMs = 0;
  let lastAnswer = "never asked";
  while (goodInARow < it.successes && Date.now() < deadline) {
    const time = Math.max(1, deadline - Date.now());
    const answer = await askHealth(target.address, target.question, time, signal);
    asked += 1;
    // An answer that the deadline left no time for says nothing of the instance: the one before does.
    if (asked === 1 || !answer.late || time > 1000) lastAnswer = answer.says;
    goodInARow = answer.good ? goodInARow + 1 : 0;
    if (answer.good) slowestMs = Math.max(slowestMs, answer.tookMs);
    if (goodInARow < it.successes) await pause(it.intervalMs, undefined, { signal });
  }
  return { service: target.service, address: target.address, goodInARow, asked, slowestMs, lastAnswer };
}
