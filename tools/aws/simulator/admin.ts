import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { sentence } from "../../../release/problem.ts";
import type { Answer } from "./answers.ts";
import { faultSchema } from "./faults.ts";
import type { Simulator } from "./simulator.ts";

const rollBack = z.strictObject({ service: z.string(), taskDefinition: z.string() });
const weights = z.strictObject({ rule: z.string(), weights: z.record(z.string(), z.number().int().min(0).max(999)) });
const alarm = z.strictObject({
  name: z.string(),
  state: z.enum(["OK", "ALARM", "INSUFFICIENT_DATA"]),
  reason: z.string().default("ordered by the rehearsal"),
  region: z.string(),
});

/** What the simulator can be told over HTTP on loopback: POST with JSON, an answer of 200 or what is wrong with it. */
export async function answerAdmin(simulator: Simulator, message: IncomingMessage): Promise<Answer> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const order: unknown = text === "" ? {} : JSON.parse(text);
    return told(200, await carryOut(simulator, `${message.method} ${message.url}`, order));
  } catch (error) {
    return told(400, { error: sentence(error) });
  }
}

async function carryOut(simulator: Simulator, what: string, order: unknown): Promise<unknown> {
  switch (what) {
    case "GET /_simulator/processes":
      return { pids: simulator.ecs.pids };
    case "POST /_simulator/fault":
      simulator.fail(faultSchema.parse(order));
      return {};
    case "DELETE /_simulator/faults":
      simulator.faults.clear();
      return {};
    case "POST /_simulator/rollback": {
      const { service, taskDefinition } = rollBack.parse(order);
      await simulator.ecs.rollBack(service, taskDefinition);
      return {};
    }
    case "POST /_simulator/weights": {
      const it = weights.parse(order);
      await simulator.moveWeights(it.rule, it.weights);
      return {};
    }
    case "POST /_simulator/alarm": {
      const { name, state, reason, region } = alarm.parse(order);
      await simulator.setAlarm(name, state, reason, region);
      return {};
    }
    default:
      throw new Error(`${what} is nothing that the simulator can be told`);
  }
}

function told(status: number, value: unknown): Answer {
  return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(value)}\n` };
}
