import { Agent, request } from "node:https";
import { type KubernetesObject, Watch } from "@kubernetes/client-node";
import pRetry from "p-retry";
import { within } from "../../../release/within.ts";
import type { Bag } from "../../plugin/provider.ts";
import { collectionPath, objectPath, type Place, placeText } from "./kind.ts";
import { Refusal } from "./refusal.ts";
import type { Settings } from "./settings.ts";

/** No answer within this time is an error. */
const requestTimeoutMs = 30_000;

/** What the API server is asked for, each time by the same field manager. */
export interface ApplyOptions {
  readonly manager: string;
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** One API server, on loopback, as one user. A request ends with the signal, and is sent again where none answered. */
export class Connection {
  readonly signal: AbortSignal;
  readonly #settings: Settings;
  #agent: Agent | undefined;

  constructor(settings: Settings, signal: AbortSignal) {
    this.#settings = settings;
    this.signal = signal;
  }

  async get(place: Place): Promise<Bag | undefined> {
    try {
      return await this.#send("get", place, "GET", objectPath(place));
    } catch (error) {
      if (error instanceof Refusal && error.code === 404) return undefined;
      throw error;
    }
  }

  async list(place: Place, labels: string): Promise<Bag[]> {
    const query = new URLSearchParams({ labelSelector: labels });
    const { items } = await this.#send("list", place, "GET", `${collectionPath(place)}?${query}`);
    return Array.isArray(items) ? (items as Bag[]) : [];
  }

  /** Server-side apply; what the kind does not know is refused by the server, by name. */
  async apply(place: Place, object: Bag, { manager, force, dryRun }: ApplyOptions): Promise<Bag> {
    const query = new URLSearchParams({ fieldManager: manager, fieldValidation: "Strict", force: String(force) });
    if (dryRun) query.set("dryRun", "All");
    const verb = dryRun ? "try to apply" : "apply";
    return await this.#send(verb, place, "PATCH", `${objectPath(place)}?${query}`, object);
  }

  /** Deletes it and what it owns, unless another of that name has taken its place; false where it is gone already. */
  async delete(place: Place, uid: string | undefined): Promise<boolean> {
    const options = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: "Foreground",
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    };
    try {
      await this.#send("delete", place, "DELETE", objectPath(place), options);
      return true;
    } catch (error) {
      if (error instanceof Refusal && (error.code === 404 || error.code === 409)) return false;
      throw error;
    }
  }

  /**
   * Follows one object by a watch until `look` has an answer; what is there now is looked at first, nothing when it is gone.
   *
   * @throws Error saying what was waited for, how long, and what `see` was told last.
   */
  async until<T>(
    place: Place,
    what: string,
    timeoutMs: number,
    look: (object: Bag | undefined) => T | undefined,
    lastSeen: () => string,
  ): Promise<T> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const ended = AbortSignal.any([timeout, this.signal]);
    for (;;) {
      const now = await this.get(place);
      const answer = look(now) ?? (now === undefined ? undefined : await this.#watch(place, now, look, ended));
      if (answer !== undefined) return answer;
      this.signal.throwIfAborted();
      if (timeout.aborted || now === undefined) {
        const seconds = Math.round(timeoutMs / 1000);
        const how = timeout.aborted
          ? `Waited ${seconds} s for ${what}`
          : `${placeText(place)} is gone; waited for ${what}`;
        throw new Error(`${how}; seen last: ${lastSeen()}.`);
      }
    }
  }

  /** Looks at each change from a version on; nothing when the server ends the watch, or the time is over. */
  async #watch<T>(
    place: Place,
    from: KubernetesObject,
    look: (object: Bag | undefined) => T | undefined,
    ended: AbortSignal,
  ): Promise<T | undefined> {
    const query = {
      fieldSelector: `metadata.name=${place.name}`,
      resourceVersion: from.metadata?.resourceVersion ?? "",
      timeoutSeconds: 300,
    };
    return await new Promise<T | undefined>((resolve, reject) => {
      let stop: AbortController | undefined;
      const over = (settle: () => void) => {
        ended.removeEventListener("abort", abandon);
        stop?.abort();
        settle();
      };
      const abandon = () => over(() => resolve(undefined));
      ended.addEventListener("abort", abandon, { once: true });
      const onChange = (phase: string, object: Bag) => {
        // The version is too old for the server: what is there now is asked for again.
        if (phase === "ERROR") return over(() => resolve(undefined));
        try {
          const answer = look(phase === "DELETED" ? undefined : object);
          if (answer !== undefined || phase === "DELETED") over(() => resolve(answer));
        } catch (error) {
          over(() => reject(error));
        }
      };
      const onEnd = (error: unknown) => {
        if (error instanceof Error && "statusCode" in error && error.statusCode === 403) {
          const text = `watch ${placeText(place)}: access denied. Allow watch on ${place.kind.plural} to whoever deploys.`;
          return over(() => reject(new Error(text)));
        }
        over(() => resolve(undefined));
      };
      new Watch(this.#settings.config).watch(collectionPath(place), query, onChange, onEnd).then((controller) => {
        stop = controller;
        if (ended.aborted) controller.abort();
      }, reject);
    });
  }

  async #send(verb: string, place: Place, method: string, path: string, body?: Bag): Promise<Bag> {
    let restarts = false;
    return await pRetry(
      async () => {
        const { code, text } = await this.#once(method, path, body);
        if (code >= 200 && code < 300) return JSON.parse(text) as Bag;
        throw new Refusal(verb, place, code, text);
      },
      {
        retries: 12,
        minTimeout: 100,
        maxTimeout: 3_000,
        signal: this.signal,
        // Each of our requests leads to the same when it is sent twice. A connection that breaks may be a server that restarts,
        // and one that has just started denies, or has no address for, what it will take when it has read all it knows.
        shouldRetry: ({ error }) => {
          if (error instanceof Refusal)
            return [429, 503].includes(error.code) || (restarts && (error.code === 403 || error.code >= 500));
          restarts ||= "code" in error && broken.has(String(error.code));
          return restarts;
        },
      },
    );
  }

  async #once(method: string, path: string, body: Bag | undefined): Promise<{ code: number; text: string }> {
    const { config } = this.#settings;
    const options: Parameters<typeof config.applyToHTTPSOptions>[0] = {};
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key, servername, rejectUnauthorized } = options;
    const tls = { ca, cert, key, servername, ...(rejectUnauthorized === false ? { rejectUnauthorized } : {}) };
    this.#agent ??= new Agent({ keepAlive: true, ...withoutEmpty(tls) });
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      accept: "application/json",
      ...(text === undefined ? {} : { "content-type": method === "PATCH" ? applyType : "application/json" }),
      // Said here, as node says it of a DELETE only when told to.
      ...(text === undefined ? {} : { "content-length": Buffer.byteLength(text) }),
      ...options.headers,
    };
    const agent = this.#agent;
    const url = new URL((config.getCurrentCluster()?.server ?? "").replace(/\/$/, "") + path);
    const ask = (signal: AbortSignal) =>
      new Promise<{ code: number; text: string }>((resolve, reject) => {
        const sent = request(url, { method, headers: headers as Record<string, string>, agent, signal }, (answer) => {
          answer.setEncoding("utf8");
          let said = "";
          answer.on("data", (chunk: string) => {
            said += chunk;
          });
          answer.on("error", reject);
          answer.on("end", () => resolve({ code: answer.statusCode ?? 0, text: said }));
        });
        sent.on("error", reject);
        sent.end(text);
      });
    return await within(requestTimeoutMs, this.signal, ask);
  }
}

const applyType = "application/apply-patch+yaml";
const broken = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT"]);

function withoutEmpty<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
