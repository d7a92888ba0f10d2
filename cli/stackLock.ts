import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import type { Context } from "./context.ts";
import { processStart } from "./processStart.ts";

const holderShape = z.object({
  pid: z.number(),
  started: z.string(),
  doing: z.string(),
  by: z.string(),
  since: z.string(),
});
export type Holder = z.infer<typeof holderShape>;

/** One command at a time changes a stack; the second is refused by name of the first. */
export function withStackLock<T>(
  context: Pick<Context, "home" | "stack" | "by">,
  doing: string,
  work: () => Promise<T>,
): Promise<T> {
  const path = join(context.home, "locks", `${context.stack}.json`);
  mkdirSync(dirname(path), { recursive: true });
  take(path, {
    pid: process.pid,
    started: processStart(process.pid) ?? "",
    doing,
    by: context.by,
    since: new Date().toISOString(),
  });
  return work().finally(() => rmSync(path, { force: true }));
}

/** Whoever changes the stack now; undefined when nobody does. */
export function holderNow(context: Pick<Context, "home" | "stack">): Holder | undefined {
  const holder = holderOf(join(context.home, "locks", `${context.stack}.json`));
  return holder !== undefined && processStart(holder.pid) === holder.started ? holder : undefined;
}

function take(path: string, holder: Holder): void {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      const file = openSync(path, "wx", 0o600);
      writeSync(file, JSON.stringify(holder));
      closeSync(file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const first = holderOf(path);
    if (first !== undefined && processStart(first.pid) === first.started) {
      throw new Problem({
        happened: `${first.doing} is under way: started by ${first.by} at ${first.since} (process ${first.pid}).`,
        where: path,
        untouched: "Nothing was changed.",
        next: "wait for it, or end that process; `greenlight status` shows what serves",
        exitCode: exitCodes.busy,
      });
    }
    rmSync(path, { force: true }); // its holder is dead
  }
  throw new Problem({ happened: "The lock changes hands too quickly.", where: path, exitCode: exitCodes.busy });
}

function holderOf(path: string): Holder | undefined {
  try {
    return holderShape.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined; // gone, or torn by a killed writer: nobody holds it
  }
}
