import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Observation } from "../../release/observation.ts";
import { Problem } from "../../release/problem.ts";
import { judge } from "../../release/verdict.ts";
import { handler } from "../handler.ts";
import { EnvoyAdmin } from "../local/envoy/admin.ts";
import { readCounters } from "../local/envoy/metrics.ts";
import { thresholdsShape } from "../local/thresholdsShape.ts";

const inputs = z.strictObject({
  dir: z.string(),
  listen: z.string(),
  adminPort: z.number().int(),
  services: z.array(z.string()).min(1),
  thresholds: thresholdsShape,
  environment: z.enum(["blue", "green"]),
  version: z.string(),
  forMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

/** Watches users' traffic after a switch, inside the update: anything but a go fails it, with the grounds. */
export const bakeGate = handler<Inputs, { verdict: string }>({
  inputs,
  async create(step, it) {
    return { id: `${it.environment}-bake`, outputs: await bake(it, step.signal) };
  },
  async update(step, _, __, news) {
    return bake(news, step.signal);
  },
  async delete() {
    // A gate leaves nothing behind.
  },
});

async function bake(it: Inputs, signal: AbortSignal): Promise<{ verdict: string }> {
  const admin = new EnvoyAdmin(it.listen, it.adminPort);
  // The bake has the proxy's counters and health checks; smoke and database are the gates' and the command's to judge.
  const thresholds = {
    ...it.thresholds,
    smoke: { ...it.thresholds.smoke, required: false },
    database: { ...it.thresholds.database, required: false },
  };
  const looks: Observation[] = [];
  const end = Date.now() + it.forMs;
  for (;;) {
    const states = await Promise.all(
      it.services.map((service) => admin.healthy(service, it.environment).catch(() => ({ healthy: 0, of: 1 }))),
    );
    looks.push({
      at: Date.now(),
      services: await readCounters(admin, it.services, it.environment),
      health: {
        healthy: states.reduce((sum, state) => sum + state.healthy, 0),
        of: states.reduce((sum, state) => sum + state.of, 0),
      },
    });
    const verdict = judge(looks, thresholds, Date.now());
    const over = Date.now() >= end;
    if (verdict.verdict === "go" && over) return { verdict: verdict.sentence };
    if (verdict.verdict === "no-go" || over) {
      throw new Problem({
        happened: verdict.sentence,
        where: `${it.environment} ${it.version}, ${it.services.join(", ")}`,
        untouched: `Traffic is where the switch put it: ${it.environment} serves.`,
        next: 'run `greenlight rollback --reason "…"` now, or set live back and update',
      });
    }
    await pause(1000, undefined, { signal });
  }
}
