import type { z } from "zod";

/** A refusal found before anything is touched; shown in preview and update alike. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What one step of the engine gives to a handler. */
export interface Step {
  readonly urn: string;
  /** The resource's logical name. */
  readonly name: string;
  /** Aborted when the person cancels or the engine dies. */
  readonly signal: AbortSignal;
  /** Shows the person a line while the step goes on. No secrets: it is written to the engine's own log. */
  tell(line: string): void;
}

export interface Checked {
  /** Inputs as they should be kept: with what only `check` can know filled in. */
  readonly inputs?: Record<string, unknown>;
  readonly failures?: readonly CheckFailure[];
}

/**
 * One resource type. State is inputs and outputs in one flat object, so that `olds` in {@link Handler.diff} and `read`
 * carry both.
 */
export interface Handler<Inputs extends object, Outputs extends object> {
  readonly inputs: z.ZodObject & z.ZodType<Inputs>;
  /** Outputs that are secret even where no input of that name is. */
  readonly secretOutputs?: readonly string[];
  /** Inputs whose change makes a new resource; the old one goes first. */
  readonly replaceOn?: readonly (keyof Inputs & string)[];
  /** Inputs that are lists of what the step speaks of: to name fewer of them asks for nothing new. */
  readonly parts?: readonly (keyof Inputs & string)[];
  /** Inputs that say something of this update alone: their change, alone, is no change. */
  readonly remarks?: readonly (keyof Inputs & string)[];
  /** Rules beyond the shape. Called when every input is known; `olds` are the inputs of the last update. */
  check?(step: Step, olds: Inputs | undefined, news: Inputs): Promise<Checked>;
  /** Whether state read back differs from what the inputs want, though no input changed. */
  drifted?(state: Inputs & Outputs): boolean;
  create(step: Step, inputs: Inputs): Promise<{ id: string; outputs: Outputs }>;
  /** What is there now; nothing when the resource is gone. */
  read?(step: Step, id: string, state: Inputs & Outputs): Promise<Outputs | undefined>;
  update(step: Step, id: string, state: Inputs & Outputs, news: Inputs): Promise<Outputs>;
  delete(step: Step, id: string, state: Inputs & Outputs): Promise<void>;
}

/** A handler whose types the registry does not need to know. */
export interface AnyHandler {
  readonly inputs: z.ZodObject;
  readonly secretOutputs?: readonly string[];
  readonly replaceOn?: readonly string[];
  readonly remarks?: readonly string[];
  readonly parts?: readonly string[];
  check?(step: Step, olds: object | undefined, news: object): Promise<Checked>;
  drifted?(state: object): boolean;
  create(step: Step, inputs: object): Promise<{ id: string; outputs: object }>;
  read?(step: Step, id: string, state: object): Promise<object | undefined>;
  update(step: Step, id: string, state: object, news: object): Promise<object>;
  delete(step: Step, id: string, state: object): Promise<void>;
}

/** Forgets the types of a handler; its own schema checks every value that reaches it. */
export function handler<Inputs extends object, Outputs extends object>(it: Handler<Inputs, Outputs>): AnyHandler {
  return it as unknown as AnyHandler;
}
