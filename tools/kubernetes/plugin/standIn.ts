import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  type Bag,
  type Compared,
  type Difference,
  type Failure,
  NotReady,
  type Provider,
  type Target,
} from "../../plugin/provider.ts";
import { at, holdsUnknown, isBag } from "../../plugin/values.ts";
import { versions } from "../../versions.ts";
import { asInputs, asItIs, asState, differing, holds } from "./compare.ts";
import { Connection } from "./connection.ts";
import { takenBeside, without } from "./ignored.ts";
import { type Kind, type Place, placeText } from "./kind.ts";
import { Refusal } from "./refusal.ts";
import { type Settings, settingsFrom, useOfficial, wrongSettings } from "./settings.ts";
import { settle } from "./settle.ts";

/** Who we are to the API server, where the program does not say another (`pulumi.com/patchFieldManager`). */
export const fieldManager = "greenlight";

const annotation = {
  autonamed: "pulumi.com/autonamed",
  skipAwait: "pulumi.com/skipAwait",
  manager: "pulumi.com/patchFieldManager",
  force: "pulumi.com/patchForce",
} as const;
const deletionTimeoutMs = 10 * 60_000;

/**
 * Stands in for the official `kubernetes` provider where that is not installed: server-side apply against an API server on
 * loopback. Kinds that it does not know it refuses by name; properties further in the API server checks.
 */
export class StandIn implements Provider {
  readonly version = versions.kubernetesPlugin.provided;
  readonly #kinds: Readonly<Record<string, Kind>>;
  readonly #abort = new AbortController();
  #connected: { readonly settings: Settings; readonly connection: Connection } | undefined;

  constructor(kinds: Readonly<Record<string, Kind>>) {
    this.#kinds = kinds;
  }

  checkSettings(given: Bag): Failure[] {
    return wrongSettings(given);
  }

  /** The cluster's address is in the kubeconfig, which is a secret and may move; none of it makes objects anew. */
  replacingSettings(): string[] {
    return [];
  }

  configure(given: Bag, env: NodeJS.ProcessEnv = process.env): void {
    const settings = settingsFrom(given, env);
    this.#connected = { settings, connection: new Connection(settings, this.#abort.signal) };
  }

  /** Fills in what every object has: version, kind, name and namespace. */
  async check(it: Target, olds: Bag, given: Bag): Promise<{ inputs: Bag; failures: Failure[] }> {
    const kind = this.#kind(it.type);
    const failures: Failure[] = [];
    const known = ["apiVersion", "kind", "metadata", ...kind.properties];
    for (const [property, value] of Object.entries(given)) {
      if (known.includes(property) || value === undefined || value === null) continue;
      const reason = `Greenlight's stand-in for the kubernetes plugin does not know the property ${property} of ${it.type}. It knows ${known.join(", ")}. ${useOfficial}`;
      failures.push({ property, reason });
    }
    for (const property of ["apiVersion", "kind"] as const) {
      if (given[property] === undefined || given[property] === kind[property]) continue;
      failures.push({ property, reason: `it is ${kind[property]} for ${it.type}, not ${String(given[property])}` });
    }
    if (given.metadata !== undefined && !isBag(given.metadata)) {
      failures.push({ property: "metadata", reason: "it is no object" });
      return { inputs: given, failures };
    }
    const metadata: Bag = { ...(given.metadata ?? {}) };
    if (metadata.generateName !== undefined) {
      const reason = `Greenlight's stand-in for the kubernetes plugin takes no generateName: an object is applied by its name. ${useOfficial}`;
      failures.push({ property: "metadata.generateName", reason });
    }
    if (kind.cluster === true && metadata.namespace !== undefined) {
      failures.push({ property: "metadata.namespace", reason: `a ${kind.kind} lies in no namespace` });
    }
    if (kind.cluster !== true) metadata.namespace ??= this.#configured().settings.namespace;
    if (metadata.name === undefined) {
      const before = at(olds, "metadata.name");
      const mine = isBag(at(olds, "metadata.annotations")) && annotationOf(olds, annotation.autonamed) === "true";
      metadata.name = mine && typeof before === "string" ? before : `${it.name}-${randomBytes(4).toString("hex")}`;
      metadata.annotations = {
        ...(isBag(metadata.annotations) ? metadata.annotations : {}),
        [annotation.autonamed]: "true",
      };
    }
    return { inputs: { ...given, apiVersion: kind.apiVersion, kind: kind.kind, metadata }, failures };
  }

  /** What an update would change: what the program says now and did not before, and what the object has otherwise. */
  async diff(it: Target, { state, oldInputs, news, ignored }: Compared): Promise<Difference> {
    const kind = this.#kind(it.type);
    const [was, said, says] = [state, oldInputs, news].map((all) => without(all, ignored)) as [Bag, Bag, Bag];
    const suspects = ["metadata", ...kind.properties].filter(
      (key) => !(isDeepStrictEqual(said[key], says[key]) && holds(was[key], says[key])),
    );
    if (suspects.length === 0) return { changed: [], replaces: [], deleteFirst: false };

    const moved = (path: string) => !holds(at(was, path), at(says, path)) || gone(path, said, says);
    const replaces = [
      "metadata.name",
      ...(kind.cluster === true ? [] : ["metadata.namespace"]),
      ...(kind.replaceOn ?? []),
    ]
      .filter((path) => suspects.includes(path.split(".")[0] ?? ""))
      .filter(moved);
    if (holdsUnknown(news) || replaces.some((path) => path.startsWith("metadata."))) {
      return { changed: suspects, replaces, deleteFirst: replaces.length > 0 && !replaces.includes("metadata.name") };
    }
    const asked = await this.#wouldChange(this.#place(it, news), news, ignored);
    const changed = asked.changed.length === 0 && replaces.length === 0 ? [] : suspects;
    const all = [...new Set([...replaces, ...asked.immutable])];
    // What has the same name must go before the new one can come.
    return { changed, replaces: all, deleteFirst: all.length > 0 };
  }

  /** Applies it as a try: what the server would refuse, it refuses in the preview. */
  async tryOut(it: Target, inputs: Bag, ignored: readonly string[] = []): Promise<Bag> {
    if (holdsUnknown(inputs)) return inputs;
    const place = this.#place(it, inputs);
    try {
      await this.#apply(place, inputs, ignored, true);
      return inputs;
    } catch (error) {
      // A namespace that the same update makes is not there yet, and what is replaced will be gone.
      if (error instanceof Refusal && error.code === 404 && error.about === "namespaces") return inputs;
      if (error instanceof Refusal && error.immutable.length > 0) return inputs;
      throw error;
    }
  }

  async create(it: Target, inputs: Bag): Promise<{ id: string; state: Bag }> {
    const place = this.#place(it, inputs);
    return { id: idOf(place), state: await this.#applied(it, place, inputs, []) };
  }

  async update(it: Target, _id: string, _state: Bag, news: Bag, ignored: readonly string[] = []): Promise<Bag> {
    return await this.#applied(it, this.#place(it, news), news, ignored);
  }

  /** The object as it is now, and the inputs that would lead to it; nothing when it is gone. */
  async read(it: Target, id: string, _state: Bag, inputs: Bag): Promise<{ state: Bag; inputs: Bag } | undefined> {
    const now = await this.#configured().connection.get(this.#placeById(it, id));
    if (now === undefined) return undefined;
    const imported = Object.keys(inputs).length === 0;
    return { state: asState(now), inputs: imported ? asInputs(now) : (asItIs(now, inputs) as Bag) };
  }

  async delete(it: Target, id: string, state: Bag): Promise<void> {
    const { connection } = this.#configured();
    const place = this.#placeById(it, id);
    const uid = at(state, "metadata.uid");
    if (!(await connection.delete(place, typeof uid === "string" ? uid : undefined))) return;
    let seen = "nothing";
    const look = (object: Bag | undefined) => {
      if (object === undefined || at(object, "metadata.uid") !== uid) return true;
      const holding = at(object, "metadata.finalizers");
      seen = `it waits for ${Array.isArray(holding) ? holding.join(", ") : "its grace period"}`;
      return undefined;
    };
    await connection.until(
      place,
      `${placeText(place)} to be gone`,
      it.timeoutMs ?? deletionTimeoutMs,
      look,
      () => seen,
    );
  }

  async invoke(token: string): Promise<Bag> {
    throw new Error(
      `Greenlight's stand-in for the kubernetes plugin answers no functions, so not ${token}. ${useOfficial}`,
    );
  }

  /** The engine asks to stop, or is gone: what waits gives up, what was made stays where the next update finds it. */
  stop(reason: string): void {
    this.#abort.abort(new Error(`${reason}; run the update again to go on`));
  }

  async secretOutputs(type: string): Promise<readonly string[]> {
    return this.#kind(type).secret ?? [];
  }

  async #applied(it: Target, place: Place, inputs: Bag, ignored: readonly string[]): Promise<Bag> {
    const { connection } = this.#configured();
    const made = await this.#apply(place, inputs, ignored, false);
    if (place.kind.settles === undefined || annotationOf(inputs, annotation.skipAwait) === "true") return asState(made);
    try {
      await settle(connection, place, it.timeoutMs);
    } catch (error) {
      throw new NotReady(idOf(place), asState(made), error instanceof Error ? error : new Error(String(error)));
    }
    return asState((await connection.get(place)) ?? made);
  }

  /** What the program says to overlook is not applied where it is somebody else's; `now` is the object where it was read already. */
  async #apply(place: Place, inputs: Bag, ignored: readonly string[], dryRun: boolean, now?: Bag): Promise<Bag> {
    const { connection } = this.#configured();
    const as = applyAs(inputs);
    const there = now ?? (ignored.length === 0 ? undefined : await connection.get(place));
    const applied = there === undefined ? inputs : without(inputs, takenBeside(as.manager, ignored, there));
    return await connection.apply(place, applied, { ...as, dryRun });
  }

  async #wouldChange(
    place: Place,
    inputs: Bag,
    ignored: readonly string[],
  ): Promise<{ changed: string[]; immutable: string[] }> {
    const { connection } = this.#configured();
    const now = await connection.get(place);
    if (now === undefined) return { changed: ["metadata"], immutable: [] };
    try {
      const then = await this.#apply(place, inputs, ignored, true, now);
      return { changed: differing(now, then), immutable: [] };
    } catch (error) {
      if (error instanceof Refusal && error.immutable.length > 0) {
        return { changed: error.immutable, immutable: error.immutable };
      }
      // That it is different is all that is asked here; the update is what the other stands in the way of.
      if (error instanceof Refusal && error.taken.length > 0) return { changed: error.taken, immutable: [] };
      throw error;
    }
  }

  #kind(type: string): Kind {
    const kind = Object.hasOwn(this.#kinds, type) ? this.#kinds[type] : undefined;
    if (kind !== undefined) return kind;
    const known = Object.keys(this.#kinds).map((token) => token.replace(/^kubernetes:/, ""));
    throw new Error(
      `Greenlight's stand-in for the kubernetes plugin makes ${known.join(", ")}, not ${type}. ${useOfficial}`,
    );
  }

  #place(it: Target, inputs: Bag): Place {
    const kind = this.#kind(it.type);
    const [name, namespace] = [at(inputs, "metadata.name"), at(inputs, "metadata.namespace")];
    if (typeof name !== "string") throw new Error(`${it.type} ${it.name} has no name.`);
    return { kind, name, namespace: kind.cluster === true ? undefined : String(namespace) };
  }

  /** An id is `namespace/name`, or the name alone, which is then of the provider's namespace. */
  #placeById(it: Target, id: string): Place {
    const kind = this.#kind(it.type);
    const slash = id.indexOf("/");
    const namespace = slash < 0 ? this.#configured().settings.namespace : id.slice(0, slash);
    return { kind, name: id.slice(slash + 1), namespace: kind.cluster === true ? undefined : namespace };
  }

  #configured() {
    if (this.#connected === undefined) {
      throw new Error("The kubernetes provider was asked to work before it was configured.");
    }
    return this.#connected;
  }
}

function idOf({ namespace, name }: Place): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function annotationOf(inputs: Bag, name: string): unknown {
  const annotations = at(inputs, "metadata.annotations");
  return isBag(annotations) ? annotations[name] : undefined;
}

function applyAs(inputs: Bag): { manager: string; force: boolean } {
  const manager = annotationOf(inputs, annotation.manager);
  return {
    manager: typeof manager === "string" && manager !== "" ? manager : fieldManager,
    force: annotationOf(inputs, annotation.force) === "true",
  };
}

/** True where the program said something at a path that it says no longer. */
function gone(path: string, olds: Bag, news: Bag): boolean {
  const [before, now] = [at(olds, path), at(news, path)];
  return before !== undefined && !holds(now, before) && !isDeepStrictEqual(before, now);
}
