import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Problem } from "../../release/problem.ts";
import type { Order } from "../../release/strategy/nextStep.ts";
import type { Context } from "../context.ts";

export const orderNames = ["pause", "resume", "promote", "abort"] as const;
export type OrderName = (typeof orderNames)[number];

const shape = z.strictObject({
  version: z.string(),
  order: z.enum(orderNames),
  by: z.string(),
  /** ISO time. */
  at: z.iso.datetime(),
});

/** What a person ordered from another terminal, with who and when. */
export type GivenOrder = z.infer<typeof shape>;

/** The last order to the release under way, in a file of the stack's folder. */
export class Orders {
  readonly #path: string;
  readonly #version: string;

  constructor(context: Pick<Context, "dir">, version: string) {
    this.#path = join(context.dir, "order.json");
    this.#version = version;
  }

  give(order: OrderName, by: string): GivenOrder {
    const given: GivenOrder = { version: this.#version, order, by, at: new Date().toISOString() };
    writeFileSync(`${this.#path}.fresh`, JSON.stringify(given), { mode: 0o600 });
    renameSync(`${this.#path}.fresh`, this.#path);
    return given;
  }

  /** Undefined when none was given for this version. @throws Problem for a file that holds no order: nobody may guess what was meant */
  read(): GivenOrder | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    const given = orderIn(text);
    if (given === undefined) {
      throw new Problem({
        happened: "The last order to the release cannot be read.",
        where: this.#path,
        untouched: "Traffic is left as it is.",
        next: "remove that file and give the order again; `greenlight release` goes on at the share that was not passed",
      });
    }
    return given.version === this.#version ? given : undefined;
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }
}

function orderIn(text: string): GivenOrder | undefined {
  try {
    return shape.safeParse(JSON.parse(text.slice(0, 10_000))).data;
  } catch {
    return undefined; // not JSON: told by whoever asks
  }
}

/** What a walk makes of an order: to resume is nothing special. */
export function orderOf(given: GivenOrder | undefined): Order {
  return given === undefined || given.order === "resume" ? "walk" : given.order;
}
