import { createHash } from "node:crypto";
import { constants, copyFileSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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
  const holder = holderIn(textOf(join(context.home, "locks", `${context.stack}.json`)) ?? "");
  return lives(holder) ? holder : undefined;
}

function take(path: string, holder: Holder): void {
  // Written before it is linked to its place: nobody reads half of it.
  const own = `${path}.${process.pid}`;
  rmSync(own, { force: true }); // of one that was killed and had this number: its content would change with it
  writeFileSync(own, JSON.stringify(holder), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      if (linked(own, path)) return;
      const text = textOf(path);
      if (text === undefined) continue; // given back just now
      const first = holderIn(text);
      if (lives(first)) {
        throw new Problem({
          happened: `${first.doing} is under way: started by ${first.by} at ${first.since} (process ${first.pid}).`,
          where: path,
          untouched: "Nothing was changed.",
          next: "wait for it, or end that process; `greenlight status` shows what serves",
          exitCode: exitCodes.busy,
        });
      }
      if (inherited(path, text, own)) return;
    }
  } finally {
    rmSync(own, { force: true });
  }
  throw new Problem({
    happened: "Others take the stack at this moment.",
    where: path,
    untouched: "Nothing was changed.",
    next: "run the same command again",
    exitCode: exitCodes.busy,
  });
}

/**
 * Takes the place of a holder that is dead. Whoever would inherit from it holds a place named by its words meanwhile, and looks once more:
 * of two that found it dead at the same instant the second would else take away what the first has taken.
 */
function inherited(path: string, dead: string, own: string): boolean {
  const heir = `${path}.after-${createHash("sha256").update(dead).digest("hex").slice(0, 16)}`;
  if (!linked(own, heir)) {
    const before = textOf(heir);
    if (before === undefined || lives(holderIn(before)) || !inherited(heir, before, own)) return false;
  }
  try {
    if (textOf(path) !== dead) return false;
    rmSync(`${heir}.taken`, { force: true });
    linked(own, `${heir}.taken`);
    renameSync(`${heir}.taken`, path);
    return true;
  } finally {
    rmSync(heir, { force: true });
  }
}

/** For folders in which nothing has two names. */
const copyAnew = (from: string, to: string) => copyFileSync(from, to, constants.COPYFILE_EXCL);

/** Whether a file came to stand under another name as well; not where something has that name. */
function linked(from: string, to: string): boolean {
  for (const make of [linkSync, copyAnew]) {
    try {
      make(from, to);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") return false;
      if (make === copyAnew || !/^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS)$/.test(code ?? "")) throw error;
    }
  }
  return false;
}

function lives(holder: Holder | undefined): holder is Holder {
  return holder !== undefined && processStart(holder.pid) === holder.started;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function holderIn(text: string): Holder | undefined {
  try {
    return holderShape.parse(JSON.parse(text));
  } catch {
    return undefined; // torn when the machine went down: nobody holds it
  }
}
