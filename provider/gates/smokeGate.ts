import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import type { GateProof } from "../../release/gateProof.ts";
import { Problem } from "../../release/problem.ts";
import { handler } from "../handler.ts";
import { gateProof } from "./gateProofShape.ts";
import { runSmoke } from "./smoke.ts";

const inputs = z.strictObject({
  environment: z.enum(["blue", "green"]),
  version: z.string(),
  /** The team's own command, an argument list. */
  command: z.tuple([z.string()], z.string()),
  directory: z.string(),
  /** Addresses of the environment under test, as `API_URL` and so on, and the manifest's own variables. */
  env: z.record(z.string(), z.string()),
  secretEnv: z.record(z.string(), z.string()),
  timeoutMs: z.number().int().positive(),
  /** Where the command's output is kept. */
  logFile: z.string(),
  incarnations: z.array(z.string()),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  readonly tookMs: number;
  /** The last lines of what the command printed, secrets masked, at most 4000 characters. */
  readonly output: string;
  readonly proof: GateProof;
}

/** Passes when the team's own smoke test passes against the environment's own address. */
export const smokeGate = handler<Inputs, Outputs>({
  inputs,
  parts: ["incarnations"],
  async create(step, it) {
    return { id: `${it.environment}-smoke`, outputs: await pass(it, step.signal) };
  },
  async read(_, __, state) {
    return { tookMs: state.tookMs, output: state.output, proof: gateProof.parse(state.proof) };
  },
  async update(step, _, __, news) {
    return pass(news, step.signal);
  },
  async delete() {
    // A gate leaves nothing behind.
  },
});

async function pass(it: Inputs, signal: AbortSignal): Promise<Outputs> {
  const result = await runSmoke(it, signal);
  mkdirSync(dirname(it.logFile), { recursive: true });
  writeFileSync(it.logFile, result.output, { mode: 0o600 });
  if (!result.passed) {
    throw new Problem({
      happened: `Smoke gate: ${it.command.join(" ")} failed against ${it.environment} ${it.version}: ${result.reason}.`,
      where: `${it.directory}; output in ${it.logFile}, ending with:\n${lastLines(result.output)}`,
      untouched: "No traffic was moved.",
      next: "mend the release and run it again: it goes on from this gate",
    });
  }
  return {
    tookMs: result.tookMs,
    output: lastLines(result.output),
    proof: {
      gate: "smoke",
      environment: it.environment,
      version: it.version,
      passed: true,
      at: new Date().toISOString(),
    },
  };
}

function lastLines(output: string): string {
  return output.trimEnd().split("\n").slice(-15).join("\n").slice(-4000);
}
