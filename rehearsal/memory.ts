import { type Process, processes, programOf, pssOf, treeOf } from "./processes.ts";

/** What is measured, and by which name. */
export interface Measured {
  /** This process, whose children are the commands. */
  readonly own: number;
  /** Left out with all below them. */
  readonly except: () => readonly number[];
  /** Supervisors that live on beside us, by name. */
  readonly supervisors: () => readonly { readonly name: string; readonly pid: number }[];
}

export interface MemoryPeak {
  readonly peakBytes: number;
  /** Epoch milliseconds; null when nothing was measured. */
  readonly at: number | null;
  readonly measure: "pss" | "rss";
  readonly by: Readonly<Record<string, number>>;
}

/** Growth of the same processes, all together, that is not worth weighing them anew. */
const hardlyMore = 1.02;

/**
 * Whether processes may weigh more than when they were weighed last. To weigh one the kernel walks all its pages, which costs more than
 * what is rehearsed while that only waits; how much is resident it knows.
 */
export function mayWeighMore(last: readonly Process[], now: readonly Process[]): boolean {
  const known = new Set(last.map(({ pid }) => pid));
  if (known.size !== now.length || now.some(({ pid }) => !known.has(pid))) return true;
  const resident = (all: readonly Process[]) => all.reduce((sum, { rssBytes }) => sum + rssBytes, 0);
  return resident(now) > resident(last) * hardlyMore;
}

/** Adds up the memory of everything that was started, again and again, and keeps the highest sum. */
export class MemorySampler {
  readonly #measured: Measured;
  #weighed: readonly Process[] = [];
  readonly #timer: NodeJS.Timeout;
  #sampling: Promise<void> = Promise.resolve();
  #peak: MemoryPeak = { peakBytes: 0, at: null, measure: "rss", by: {} };

  constructor(measured: Measured, everyMs = 1000) {
    this.#measured = measured;
    let busy = false;
    this.#timer = setInterval(() => {
      if (busy) return;
      busy = true;
      this.#sampling = this.#sample()
        .catch(() => undefined) // one look less; the next is a second away
        .finally(() => {
          busy = false;
        });
    }, everyMs);
  }

  async stop(): Promise<MemoryPeak> {
    clearInterval(this.#timer);
    await this.#sampling;
    return this.#peak;
  }

  async #sample(): Promise<void> {
    const at = Date.now();
    const named = namesOf(await processes(), this.#measured);
    const all = [...named.keys()];
    if (!mayWeighMore(this.#weighed, all)) return;
    this.#weighed = all;
    const by: Record<string, number> = {};
    let measure: MemoryPeak["measure"] = "pss";
    for (const [it, name] of named) {
      const pss = pssOf(it.pid);
      if (pss === undefined && process.platform !== "linux") measure = "rss";
      by[name] = (by[name] ?? 0) + (pss ?? (measure === "rss" ? it.rssBytes : 0));
    }
    const bytes = Object.values(by).reduce((sum, it) => sum + it, 0);
    if (bytes > this.#peak.peakBytes) this.#peak = { peakBytes: bytes, at, measure, by };
  }
}

/** Each measured process with the name of what it is part of. */
export function namesOf(all: readonly Process[], measured: Measured): Map<Process, string> {
  const except = new Set(measured.except().flatMap((pid) => treeOf(all, pid).map((it) => it.pid)));
  const names = new Map<Process, string>();
  for (const { name, pid } of measured.supervisors()) {
    for (const it of treeOf(all, pid)) names.set(it, name);
  }
  const byPid = new Map(all.map((it) => [it.pid, it]));
  for (const it of treeOf(all, measured.own)) {
    if (except.has(it.pid) || names.has(it) || programOf(it) === "ps") continue;
    names.set(it, partOf(it, byPid, measured.own));
  }
  return names;
}

function partOf(it: Process, byPid: ReadonlyMap<number, Process>, own: number): string {
  if (it.pid === own) return "rehearsal";
  if (programOf(it).startsWith("pulumi")) return "engine";
  for (let above = byPid.get(it.parent); above !== undefined && above.pid !== own; above = byPid.get(above.parent)) {
    if (programOf(above).startsWith("pulumi")) return "program and provider";
  }
  return "command";
}
