import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi/provider";
import { sentence } from "../release/problem.ts";
import type { AnyHandler, Step } from "./handler.ts";
import { decode, encode } from "./wire.ts";

type Bag = Record<string, unknown>;

/** Loads the handler of a resource type; the code of a type that is not used is never read. */
export type Handlers = Readonly<Record<string, () => Promise<AnyHandler>>>;

/** Serves the engine: unwraps secrets and unknowns, checks shapes, hands each step to the handler of its type. */
export class GreenlightProvider implements pulumi.Provider {
  readonly version = "0.1.0";
  readonly #handlers: Handlers;
  readonly #tell: (urn: string, line: string) => void;
  readonly #abort = new AbortController();

  /** @param tell shows a line at a resource; without it nobody sees any */
  constructor(handlers: Handlers, tell: (urn: string, line: string) => void = () => {}) {
    this.#handlers = handlers;
    this.#tell = tell;
  }

  async check(urn: string, oldBag: Bag, newBag: Bag): Promise<pulumi.CheckResult> {
    return this.#plain(async () => {
      const it = await this.#handler(urn);
      const news = decode(newBag);
      if (news.unknowns.size > 0) return { inputs: newBag };
      const parsed = it.inputs.safeParse(news.values);
      if (!parsed.success) {
        return {
          inputs: newBag,
          failures: parsed.error.issues.map((issue) =>
            told(issue.path.map(String).join(".") || "inputs", issue.message),
          ),
        };
      }
      if (it.check === undefined) return { inputs: newBag };
      const known = decode(oldBag).values;
      // An input that an earlier provider had, and this one has not, must not make the last update unread.
      const olds = it.inputs.safeParse(Object.fromEntries(inputsAmong(it, known).map((key) => [key, known[key]])));
      const checked = await it.check(this.#step(urn), olds.success ? olds.data : undefined, parsed.data);
      return {
        inputs: checked.inputs === undefined ? newBag : encode(checked.inputs, news.secrets),
        failures: (checked.failures ?? []).map(({ property, reason }) => told(property, reason)),
      };
    });
  }

  async diff(_id: string, urn: string, oldBag: Bag, newBag: Bag): Promise<pulumi.DiffResult> {
    return this.#plain(async () => {
      const it = await this.#handler(urn);
      const olds = decode(oldBag).values;
      const { values: news, unknowns } = decode(newBag);
      const changed = [...new Set([...inputsAmong(it, olds), ...Object.keys(news)])].filter(
        (key) =>
          unknowns.has(key) ||
          !(
            isDeepStrictEqual(withoutUndefined(olds[key]), withoutUndefined(news[key])) ||
            (it.parts?.includes(key) && isPart(news[key], olds[key]))
          ),
      );
      const replaces = changed.filter((key) => it.replaceOn?.includes(key));
      return {
        changes: changed.some((key) => !it.remarks?.includes(key)) || (it.drifted?.(olds) ?? false),
        replaces,
        deleteBeforeReplace: replaces.length > 0,
      };
    });
  }

  /** Only `greenlight:index:prepare`, see {@link prepare}; it is answered at once. */
  async invoke(token: string, args: unknown): Promise<pulumi.InvokeResult> {
    return this.#plain(async () => {
      if (token !== "greenlight:index:prepare") throw new Error(`Greenlight has no function ${token}.`);
      void import("./prepare.ts").then(({ prepare }) => prepare(this.#handlers, args)).catch(() => undefined);
      return { outputs: {} };
    });
  }

  async create(urn: string, bag: Bag): Promise<pulumi.CreateResult> {
    return this.#plain(async () => {
      const it = await this.#handler(urn);
      const { values, secrets } = decode(bag);
      const inputs = it.inputs.parse(values);
      const { id, outputs } = await it.create(this.#step(urn), inputs);
      return { id, outs: encode({ ...values, ...outputs }, [...secrets, ...(it.secretOutputs ?? [])]) };
    });
  }

  async read(id: string, urn: string, bag: Bag): Promise<pulumi.ReadResult> {
    return this.#plain(async () => {
      const it = await this.#handler(urn);
      const { values, secrets } = decode(bag);
      if (it.read === undefined) return { id, props: bag };
      const outputs = await it.read(this.#step(urn), id, values);
      if (outputs === undefined) return { id: "", props: {} };
      return { id, props: encode({ ...values, ...outputs }, [...secrets, ...(it.secretOutputs ?? [])]) };
    });
  }

  async update(id: string, urn: string, oldBag: Bag, newBag: Bag): Promise<pulumi.UpdateResult> {
    return this.#plain(async () => {
      const it = await this.#handler(urn);
      const { values, secrets } = decode(newBag);
      const state = decode(oldBag).values;
      const outputs = await it.update(this.#step(urn), id, state, it.inputs.parse(values));
      return { outs: encode({ ...values, ...outputs }, [...secrets, ...(it.secretOutputs ?? [])]) };
    });
  }

  async delete(id: string, urn: string, bag: Bag): Promise<void> {
    return this.#plain(async () => {
      const it = await this.#handler(urn);
      await it.delete(this.#step(urn), id, decode(bag).values);
    });
  }

  /** The engine asks to stop: what waits gives up, what was started stays where the next update finds it. */
  async cancel(): Promise<void> {
    this.stop("the update was cancelled");
  }

  stop(reason: string): void {
    this.#abort.abort(new Error(reason));
  }

  async #handler(urn: string): Promise<AnyHandler> {
    const type = (urn.split("::")[2] ?? "").split("$").pop() ?? "";
    const load = Object.hasOwn(this.#handlers, type) ? this.#handlers[type] : undefined;
    if (load === undefined) throw new Error(`Greenlight has no resource type ${type}.`);
    return load();
  }

  #step(urn: string): Step {
    return {
      urn,
      name: urn.split("::").slice(3).join("::"),
      signal: this.#abort.signal,
      tell: (line) => this.#tell(urn, line),
    };
  }

  /** Errors reach the person as sentences: the runtime would print their stacks. */
  async #plain<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const plain = new Error(sentence(error));
      plain.stack = "";
      plain.toString = () => plain.message;
      throw plain;
    }
  }
}

/** Without a property the engine adds no value to the refusal: neither a secret one nor `<nil>` for one further in. */
function told(property: string, reason: string): pulumi.CheckFailure {
  return { property: "", reason: `${property}: ${reason}` };
}

/** The inputs among the properties of a state: outputs are not compared. */
function inputsAmong(it: AnyHandler, state: Bag): string[] {
  const { shape } = it.inputs;
  return Object.keys(state).filter((key) => Object.hasOwn(shape, key));
}

/** Whether a list holds nothing that another does not. */
function isPart(list: unknown, of: unknown): boolean {
  if (!Array.isArray(list) || !Array.isArray(of)) return false;
  return list.every((one) => of.some((it) => isDeepStrictEqual(withoutUndefined(it), withoutUndefined(one))));
}

/** The wire knows no undefined: absent and undefined are the same. */
function withoutUndefined(value: unknown): unknown {
  return value === undefined || typeof value === "symbol" ? undefined : JSON.parse(JSON.stringify(value));
}
