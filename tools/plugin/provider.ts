/** Properties of a resource by their names in Pulumi's schema. */
export type Bag = Record<string, unknown>;

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** What identifies one resource in a request of the engine. */
export interface Target {
  readonly type: string;
  readonly name: string;
  readonly timeoutMs?: number;
}

/** What was made, or changed, and is not ready: the state is kept, the update fails. */
export class NotReady extends Error {
  readonly id: string;
  readonly state: Bag;

  constructor(id: string, state: Bag, cause: Error) {
    super(cause.message, { cause });
    this.id = id;
    this.state = state;
  }
}

export interface Difference {
  readonly changed: string[];
  readonly replaces: string[];
  readonly deleteFirst: boolean;
}

/** A resource as it was, and as the program wants it now. */
export interface Compared {
  readonly id: string;
  readonly state: Bag;
  readonly oldInputs: Bag;
  readonly news: Bag;
  /** Paths that the program says to overlook. */
  readonly ignored: readonly string[];
}

/** What stands in for an official provider: the engine's requests, with the marks of the wire taken off. */
export interface Provider {
  /** Version of the official package. */
  readonly version: string;
  checkSettings(given: Bag): Failure[];
  /** Settings whose change makes every resource anew. */
  replacingSettings(olds: Bag, news: Bag): string[];
  configure(given: Bag): void;
  check(it: Target, olds: Bag, given: Bag): Promise<{ inputs: Bag; failures: Failure[] }>;
  diff(it: Target, compared: Compared): Promise<Difference>;
  create(it: Target, inputs: Bag): Promise<{ id: string; state: Bag }>;
  read(it: Target, id: string, state: Bag, inputs: Bag): Promise<{ state: Bag; inputs: Bag } | undefined>;
  /** @param ignored paths that the program says to overlook */
  update(it: Target, id: string, state: Bag, news: Bag, ignored: readonly string[]): Promise<Bag>;
  delete(it: Target, id: string, state: Bag): Promise<void>;
  /** Tries out in a preview what the inputs would lead to; without it a preview only checks and compares. */
  tryOut?(it: Target, inputs: Bag, ignored: readonly string[]): Promise<Bag>;
  invoke(token: string, given: Bag): Promise<Bag>;
  stop(reason: string): void;
  secretOutputs(type: string): Promise<readonly string[]>;
}
