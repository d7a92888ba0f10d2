import type { z } from "zod";
import type { Bag } from "../../plugin/provider.ts";
import type { Connection } from "./connection.ts";

export type { Bag };
export type Tags = Record<string, string>;

/** What one step of the engine gives to a kind. */
export interface Step {
  readonly aws: Connection;
  /** The resource's logical name. */
  readonly name: string;
  /** The resource's own tags and the provider's default ones. */
  readonly tags: Tags;
  /** Milliseconds that a wait may take: the program's `customTimeouts`, where it has some. */
  readonly timeoutMs: number | undefined;
}

/** How a resource is named where the program gives no name: the logical one and seven hexadecimal digits. */
export interface AutoName {
  readonly property: string;
  /** Longest name that the service takes. */
  readonly longest: number;
  /** An input that names it in another way, so that none is made. */
  readonly unless?: string;
  readonly suffix?: string;
}

/**
 * One resource type of the `aws` package, under its official token, with the properties that this project uses. `tags` and
 * `region` are added to those that have them by the stand-in itself.
 */
export interface Kind<Inputs extends object> {
  /** Strict shapes with the official provider's defaults; property names as in the official schema. */
  readonly inputs: z.ZodObject & z.ZodType<Inputs>;
  /** Inputs whose change makes a new resource (forceNew in the official schema). */
  readonly replaceOn: readonly (keyof Inputs & string)[];
  /** Inputs that the service fills in where the program leaves them out, also further in: `health.port`. */
  readonly computed?: readonly string[];
  /** Lists whose order matters; others are compared as sets. */
  readonly ordered?: readonly string[];
  /** Properties that the service does not tell again; what the program said is kept. */
  readonly untold?: readonly string[];
  readonly secretOutputs?: readonly string[];
  /** True for services that know no regions: their resources have no input `region`. */
  readonly global?: true;
  readonly autoName?: AutoName;
  /** Present for what takes tags. Gets what to put and what to take away. */
  readonly tag?: (step: Step, id: string, put: Tags, remove: readonly string[], state: Bag) => Promise<void>;
  /** Two values of one input that mean the same, though they differ: an id and an ARN. */
  readonly same?: (property: string, state: unknown, wanted: unknown) => boolean;
  /** Rules beyond the shape, by property; called when every input is known. */
  readonly check?: (inputs: Inputs) => Readonly<Record<string, string>>;
  /** Makes it and returns its id; what it is, {@link read} tells. */
  readonly create: (step: Step, inputs: Inputs) => Promise<string>;
  /** Waits until what was made or changed is ready. What it throws leaves the resource in the state, as not ready. */
  readonly settle?: (step: Step, id: string, inputs: Inputs) => Promise<void>;
  /** Every property as it is now, and `tagsAll`; nothing when it is gone. */
  readonly read: (step: Step, id: string, state: Bag) => Promise<Bag | undefined>;
  /** Changes it; the tags are seen to elsewhere. A kind without it is replaced by any change. */
  readonly update?: (step: Step, id: string, inputs: Inputs, state: Bag, changed: ReadonlySet<string>) => Promise<void>;
  readonly delete: (step: Step, id: string, state: Bag) => Promise<void>;
}

/** A kind whose types the table need not know. */
export type AnyKind = Kind<Record<string, unknown>>;

/** Forgets the types of a kind; its own shape checks every value that reaches it. */
export function kind<Inputs extends object>(it: Kind<Inputs>): AnyKind {
  return it as unknown as AnyKind;
}
