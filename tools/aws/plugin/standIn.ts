import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { unknown } from "../../../provider/wire.ts";
import {
  type Compared,
  type Difference,
  type Failure,
  NotReady,
  type Provider,
  type Target,
} from "../../plugin/provider.ts";
import { holdsUnknown } from "../../plugin/values.ts";
import { versions } from "../../versions.ts";
import { changedInputs } from "./compare.ts";
import { Connection } from "./connection.ts";
import type { AnyKind, Bag, Step, Tags } from "./kind.ts";
import { settingsFrom, wrongSettings } from "./settings.ts";

/** Loads the kind of a type token; the code of a kind that is not used is never read. */
export type Kinds = Readonly<Record<string, () => Promise<AnyKind>>>;

/** Answers a function of the package (an invoke). */
export type AwsFunction = (aws: Connection, given: Bag) => Promise<Bag>;
export type Functions = Readonly<Record<string, () => Promise<AwsFunction>>>;

const useOfficial = "Install the official plugin: pulumi plugin install resource aws";

/**
 * Stands in for the official `aws` provider where that is not installed: checks, compares, creates, reads, changes and
 * deletes with the AWS SDK against a simulated AWS. Types and properties that it does not know are refused by name.
 */
export class StandIn implements Provider {
  readonly version = versions.aws.provided;
  readonly #kinds: Kinds;
  readonly #functions: Functions;
  readonly #abort = new AbortController();
  readonly #connections = new Map<string, Connection>();
  #settings: ReturnType<typeof settingsFrom> | undefined;

  constructor(kinds: Kinds, functions: Functions) {
    this.#kinds = kinds;
    this.#functions = functions;
  }

  checkSettings(given: Bag): Failure[] {
    return wrongSettings(given);
  }

  replacingSettings(olds: Bag, news: Bag): string[] {
    const moved = olds.region !== undefined && news.region !== undefined && olds.region !== news.region;
    return moved ? ["region"] : [];
  }

  configure(given: Bag, env: NodeJS.ProcessEnv = process.env): void {
    this.#settings = settingsFrom(given, env);
  }

  /** Fills in names and defaults. What a preview cannot know yet cannot be wrong yet either. */
  async check(it: Target, olds: Bag, given: Bag): Promise<{ inputs: Bag; failures: Failure[] }> {
    const kind = await this.#kind(it.type);
    const shape = shapeOf(kind);
    const failures: Failure[] = [];
    const inputs: Bag = {};
    for (const [property, value] of Object.entries(given)) {
      if (value === undefined || value === null) continue;
      if (Object.hasOwn(shape, property)) inputs[property] = value;
      else failures.push({ property, reason: unsupported(it.type, property, Object.keys(shape)) });
    }
    for (const [property, schema] of Object.entries(shape)) {
      if (holdsUnknown(inputs[property])) continue;
      const parsed = schema.safeParse(inputs[property]);
      if (parsed.success) {
        if (parsed.data !== undefined) inputs[property] = parsed.data;
      } else {
        for (const issue of parsed.error.issues) {
          const path = [property, ...issue.path.map(String)].join(".");
          failures.push({ property: path, reason: reasonOf(it.type, path, issue) });
        }
      }
    }
    this.#name(kind, it, olds, inputs);
    if (failures.length === 0 && !holdsUnknown(inputs)) {
      for (const [property, reason] of Object.entries(kind.check?.(inputs) ?? {})) failures.push({ property, reason });
    }
    return { inputs, failures };
  }

  /** What an update would change, and whether that makes a new resource. */
  async diff(it: Target, { state, news, ignored }: Pick<Compared, "state" | "news" | "ignored">): Promise<Difference> {
    const kind = await this.#kind(it.type);
    const changed = changedInputs(kind, state, news);
    if (kind.tag !== undefined) {
      if (holdsUnknown(news.tags)) changed.push("tags");
      else if (!isDeepStrictEqual({ ...tagsOf(state.tagsAll) }, this.#tags(news))) {
        changed.push(isDeepStrictEqual(tagsOf(state.tags), tagsOf(news.tags)) ? "tagsAll" : "tags");
      }
    }
    if (news.region !== undefined && news.region !== state.region) changed.push("region");
    const counted = changed.filter((property) => !ignored.some((path) => path.split(/[.[]/)[0] === property));
    const replaces = counted.filter(
      (property) =>
        property === "region" ||
        kind.replaceOn.includes(property) ||
        (kind.update === undefined && !/^tags/.test(property)),
    );
    const naming = kind.autoName?.property;
    // A name that the program fixes is taken for as long as the old one stands.
    const fixed = naming !== undefined && state[naming] === news[naming] && !autoNamed(it.name, state[naming]);
    return { changed: counted, replaces, deleteFirst: replaces.length > 0 && fixed };
  }

  async create(it: Target, inputs: Bag): Promise<{ id: string; state: Bag }> {
    const kind = await this.#kind(it.type);
    const step = this.#step(it, inputs);
    const id = await kind.create(step, parsed(kind, inputs));
    return await this.#settled(kind, step, it, id, inputs);
  }

  async update(it: Target, id: string, state: Bag, news: Bag): Promise<Bag> {
    const kind = await this.#kind(it.type);
    const step = this.#step(it, news);
    const changed = new Set(changedInputs(kind, state, news));
    if (changed.size > 0) {
      if (kind.update === undefined)
        throw new Error(`${it.type} cannot be changed in place: ${[...changed].join(", ")}.`);
      await kind.update(step, id, parsed(kind, news), state, changed);
    }
    if (kind.tag !== undefined) {
      const before = tagsOf(state.tagsAll);
      const put = Object.fromEntries(Object.entries(step.tags).filter(([key, value]) => before[key] !== value));
      const remove = Object.keys(before).filter((key) => !Object.hasOwn(step.tags, key));
      if (Object.keys(put).length + remove.length > 0) await kind.tag(step, id, put, remove, state);
    }
    return (await this.#settled(kind, step, it, id, news, state)).state;
  }

  /** The state as it is in AWS now, and the inputs that would lead to it; nothing when it is gone. */
  async read(it: Target, id: string, state: Bag, inputs: Bag): Promise<{ state: Bag; inputs: Bag } | undefined> {
    const kind = await this.#kind(it.type);
    const now = await this.#state(kind, this.#step(it, state), id, state, {});
    if (now === undefined) return undefined;
    const names = Object.keys(shapeOf(kind));
    // An import takes every input there is; a refresh only what was changed behind our back.
    const moved =
      Object.keys(inputs).length === 0
        ? names
        : [
            ...changedInputs(kind, now, inputs).filter((key) => !kind.untold?.includes(key)),
            ...(kind.tag !== undefined && !isDeepStrictEqual(tagsOf(now.tags), tagsOf(inputs.tags)) ? ["tags"] : []),
          ];
    const found = names
      .map((key) => [key, moved.includes(key) ? now[key] : inputs[key]])
      .filter(([, value]) => value !== undefined);
    return { state: now, inputs: Object.fromEntries(found) };
  }

  async delete(it: Target, id: string, state: Bag): Promise<void> {
    const kind = await this.#kind(it.type);
    await kind.delete(this.#step(it, state), id, state);
  }

  async invoke(token: string, given: Bag): Promise<Bag> {
    const load = Object.hasOwn(this.#functions, token) ? this.#functions[token] : undefined;
    if (load === undefined) {
      const known = Object.keys(this.#functions).map((name) => name.split(":").at(-1));
      throw new Error(
        `Greenlight's stand-in for the aws plugin answers ${known.join(", ")}, not ${token}. ${useOfficial}`,
      );
    }
    const { region, ...rest } = given;
    return await (await load())(this.#connection(typeof region === "string" ? region : undefined), rest);
  }

  /** The engine asks to stop, or is gone: what waits gives up, what was made stays where the next update finds it. */
  stop(reason: string): void {
    this.#abort.abort(new Error(`${reason}; run the update again to go on`));
  }

  async secretOutputs(type: string): Promise<readonly string[]> {
    return (await this.#kind(type)).secretOutputs ?? [];
  }

  async #kind(type: string): Promise<AnyKind> {
    const load = Object.hasOwn(this.#kinds, type) ? this.#kinds[type] : undefined;
    if (load !== undefined) return await load();
    const known = Object.keys(this.#kinds).map((token) => token.replace(/^aws:(.*)\/.*:/, "$1."));
    throw new Error(`Greenlight's stand-in for the aws plugin makes ${known.join(", ")}, not ${type}. ${useOfficial}`);
  }

  async #settled(
    kind: AnyKind,
    step: Step,
    it: Target,
    id: string,
    inputs: Bag,
    before: Bag = {},
  ): Promise<{ id: string; state: Bag }> {
    let failed: unknown;
    try {
      await kind.settle?.(step, id, parsed(kind, inputs));
    } catch (error) {
      failed = error;
    }
    const state = await this.#state(kind, step, id, { ...before, ...inputs }, inputs).catch((error: unknown) => {
      if (failed === undefined) throw new NotReady(id, { ...inputs, region: step.aws.region }, asError(error));
      return { ...before, ...inputs };
    });
    if (failed !== undefined) throw new NotReady(id, state ?? inputs, asError(failed));
    if (state === undefined) throw new Error(`${it.type} ${id} was made, and AWS no longer knows it.`);
    return { id, state };
  }

  async #state(kind: AnyKind, step: Step, id: string, state: Bag, inputs: Bag): Promise<Bag | undefined> {
    const now = await kind.read(step, id, state);
    if (now === undefined) return undefined;
    const kept = Object.fromEntries((kind.untold ?? []).map((key) => [key, inputs[key] ?? state[key]]));
    const merged: Bag = { ...kept, ...now, ...(kind.global === true ? {} : { region: step.aws.region }) };
    if (kind.tag !== undefined) {
      const all = Object.fromEntries(Object.entries(tagsOf(now.tagsAll)).filter(([key]) => !key.startsWith("aws:")));
      const own = tagsOf(state.tags);
      const defaults: Tags = this.#configured().defaultTags;
      merged.tagsAll = all;
      merged.tags = Object.fromEntries(
        Object.entries(all).filter(([key, value]) => key in own || defaults[key] !== value),
      );
    }
    return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined && value !== null));
  }

  /** The name given, else the one it had, else the logical name and seven digits. */
  #name({ autoName }: AnyKind, { name }: Target, olds: Bag, inputs: Bag): void {
    if (autoName === undefined || inputs[autoName.property] !== undefined) return;
    if (autoName.unless !== undefined && inputs[autoName.unless] !== undefined) return;
    const before = olds[autoName.property];
    if (autoNamed(name, before)) {
      inputs[autoName.property] = before;
      return;
    }
    const end = `-${randomBytes(4).toString("hex").slice(0, 7)}${autoName.suffix ?? ""}`;
    inputs[autoName.property] = name.slice(0, autoName.longest - end.length) + end;
  }

  #step(it: Target, inputs: Bag): Step {
    const region = typeof inputs.region === "string" ? inputs.region : undefined;
    return { aws: this.#connection(region), name: it.name, tags: this.#tags(inputs), timeoutMs: it.timeoutMs };
  }

  #tags(inputs: Bag): Tags {
    return { ...this.#configured().defaultTags, ...tagsOf(inputs.tags) };
  }

  #configured() {
    if (this.#settings === undefined) throw new Error("The aws provider was asked to work before it was configured.");
    return this.#settings;
  }

  #connection(region: string | undefined): Connection {
    const settings = this.#configured();
    const at = region ?? settings.region;
    const connection = this.#connections.get(at) ?? new Connection(settings, this.#abort.signal, at);
    this.#connections.set(at, connection);
    return connection;
  }
}

function shapeOf(kind: AnyKind): Record<string, z.ZodType> {
  const tags = kind.tag === undefined ? {} : { tags: z.record(z.string(), z.string()).optional() };
  const region = kind.global === true ? {} : { region: z.string().optional() };
  return { ...kind.inputs.shape, ...tags, ...region } as Record<string, z.ZodType>;
}

function parsed(kind: AnyKind, inputs: Bag): Bag {
  const own = Object.fromEntries(Object.entries(inputs).filter(([key]) => Object.hasOwn(kind.inputs.shape, key)));
  return kind.inputs.parse(own);
}

function reasonOf(type: string, path: string, issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return unsupported(type, `${path}.${issue.keys.join(`, ${path}.`)}`);
  return issue.message;
}

function unsupported(type: string, property: string, known?: readonly string[]): string {
  const supported = known === undefined ? "" : ` It knows ${known.join(", ")}.`;
  return `Greenlight's stand-in for the aws plugin does not know the property ${property} of ${type}.${supported} ${useOfficial}`;
}

function autoNamed(logical: string, name: unknown): boolean {
  if (typeof name !== "string") return false;
  const start = name.replace(/-[0-9a-f]{7}(\.fifo)?$/, "");
  return start !== name && logical.startsWith(start);
}

function tagsOf(value: unknown): Tags {
  return typeof value === "object" && value !== null ? { ...(value as Tags) } : {};
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** For tests and the server: a value that only the update will know. */
export { unknown };
