import { abortable } from "./abortable.ts";
import type { Client } from "./client.ts";
import { common, pods } from "./collections.ts";
import type { KubernetesAccess } from "./facts.ts";
import { ask, statusOf } from "./kubernetesProblem.ts";
import { podsOf } from "./pods.ts";

/** What was read of pods' logs since the last time. */
export interface NewLines {
  readonly lines: readonly string[];
  /** Whether there was more than is read at once: the rest is left out. */
  readonly more: boolean;
}

/** Lines and bytes of one pod that are read at once. */
const mostLines = 2_000;
const mostBytes = 1024 * 1024;
/** The last stretch is asked for again, and what is known is left out: clocks differ. Milliseconds. */
const overlap = 3_000;

interface Read {
  readonly until: number;
  /** Lines that the next reading may give again. */
  readonly known: ReadonlySet<string>;
}

/** Reads what the pods of one environment write: those that there are by then, each from where it was read before. */
export class PodLogLines {
  readonly #access: KubernetesAccess;
  readonly #selectors: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly #from: number;
  #client: Client | undefined;
  #read = new Map<string, Read>();

  /**
   * @param selectors what the pods of each service are found by; a service's container has its name
   * @param from epoch ms of the first line that is read
   */
  constructor(
    access: KubernetesAccess,
    selectors: Readonly<Record<string, Readonly<Record<string, string>>>>,
    from: number,
  ) {
    this.#access = access;
    this.#selectors = selectors;
    this.#from = from;
  }

  /** Lines since the last call. @throws Problem when the cluster does not say */
  async read(signal: AbortSignal): Promise<NewLines> {
    const { openClient } = await import("./client.ts");
    this.#client ??= openClient(this.#access);
    const client = this.#client;
    const asked = { doing: "tell what pods wrote", where: client.where, untouched: "Nothing was changed." };
    return ask(asked, async () => {
      const { items } = await abortable(pods(client, common(Object.values(this.#selectors))).list(), signal);
      const own = Object.entries(this.#selectors).flatMap(([container, selector]) =>
        podsOf(selector, items).map(({ metadata }) => ({ container, name: metadata?.name ?? "" })),
      );
      const read = await Promise.all(own.map((pod) => this.#readPod(client, pod, signal)));
      const names = new Set(own.map(({ name }) => name));
      this.#read = new Map([...this.#read].filter(([name]) => names.has(name)));
      return { lines: read.flatMap(({ lines }) => lines), more: read.some(({ more }) => more) };
    });
  }

  async #readPod(
    { core, namespace }: Client,
    { name, container }: { readonly name: string; readonly container: string },
    signal: AbortSignal,
  ): Promise<NewLines> {
    const before = this.#read.get(name) ?? { until: this.#from, known: new Set<string>() };
    const sinceSeconds = Math.max(1, Math.ceil((Date.now() - before.until + overlap) / 1_000));
    const limits = { sinceSeconds, tailLines: mostLines, limitBytes: mostBytes, timestamps: true };
    const text = await unlessUnreadable(
      abortable(core.readNamespacedPodLog({ namespace, name, container, ...limits }), signal),
    );
    const told = text.split("\n").filter((line) => line !== "");
    const last = Date.parse(told.at(-1)?.split(" ", 1)[0] ?? "");
    this.#read.set(name, { until: Number.isNaN(last) ? before.until : last, known: new Set(told) });
    const fresh = told.filter((line) => !before.known.has(line));
    return {
      lines: fresh.map((line) => line.slice(line.indexOf(" ") + 1)),
      more: told.length >= mostLines || Buffer.byteLength(text) >= mostBytes,
    };
  }
}

/** A pod that is gone, or whose container has not started, wrote nothing that could be read. */
async function unlessUnreadable(answer: Promise<string>): Promise<string> {
  try {
    return (await answer) ?? "";
  } catch (error) {
    if ([400, 404].includes(statusOf(error) ?? 0)) return "";
    throw error;
  }
}
