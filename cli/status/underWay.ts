import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { currentRelease, type Journal } from "../../release/journal.ts";
import type { Context } from "../context.ts";
import { processStart } from "../processStart.ts";
import type { UnderWay } from "./status.ts";

const holderShape = z.object({
  pid: z.number(),
  started: z.string(),
  doing: z.string(),
  by: z.string(),
  since: z.string(),
});

/** The command that holds the stack's lock, else a release that began and whose process is gone. */
export function findUnderWay(context: Context, journal: Journal): UnderWay | null {
  const release = currentRelease(journal.records);
  const holder = readHolder(join(context.home, "locks", `${context.stack}.json`));
  const phase = release?.phase ?? null;
  if (holder !== undefined) {
    const isRelease = release !== undefined && release.pid === holder.pid;
    return {
      what: holder.doing,
      version: isRelease ? release.version : null,
      phase: isRelease ? phase : null,
      by: holder.by,
      since: holder.since,
      pid: holder.pid,
      running: true,
    };
  }
  if (release === undefined) return null;
  const { version, by, startedAt, pid } = release;
  return { what: `release ${version}`, version, phase, by, since: startedAt, pid, running: false };
}

/** The living holder of a lock; a dead one holds nothing. */
function readHolder(path: string): z.infer<typeof holderShape> | undefined {
  try {
    const holder = holderShape.parse(JSON.parse(readFileSync(path, "utf8")));
    return processStart(holder.pid) === holder.started ? holder : undefined;
  } catch {
    return undefined; // no lock, or torn by a killed writer
  }
}
