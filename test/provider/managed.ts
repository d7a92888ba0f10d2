import { randomBytes } from "node:crypto";
import { handlers } from "../../provider/handlers.ts";
import { GreenlightProvider } from "../../provider/provider.ts";
import { decode } from "../../provider/wire.ts";

type Bag = Record<string, unknown>;

/** One resource as the engine keeps it: state is what the provider gave back, marks and all. */
export class Managed {
  readonly urn: string;
  /** What was told while its steps went on. */
  readonly told: string[] = [];
  readonly provider = new GreenlightProvider(handlers, (_, line) => this.told.push(line));
  id = "";
  /** As it travels: with the marks of secrets. */
  wire: Bag = {};
  #inputs: Bag = {};

  constructor(type: string, name = `it-${randomBytes(3).toString("hex")}`) {
    this.urn = `urn:pulumi:test::greenlight::${type}::${name}`;
  }

  /** Inputs and outputs without marks. */
  get state(): Bag {
    return decode(this.wire).values;
  }

  /** What check refuses, `property: reason` each. */
  async refusals(inputs: Bag): Promise<string[]> {
    const { failures = [] } = await this.provider.check(this.urn, this.#inputs, inputs);
    return failures.map((it) => it.reason);
  }

  async create(inputs: Bag): Promise<Bag> {
    const checked = await this.#checked(inputs);
    const { id, outs } = await this.provider.create(this.urn, checked);
    this.id = id;
    this.wire = outs ?? {};
    this.#inputs = checked;
    return this.state;
  }

  /** What a refresh finds; nothing when the resource is gone. */
  async refresh(): Promise<Bag | undefined> {
    const { id, props = {} } = await this.provider.read(this.id, this.urn, this.wire);
    if (id === "") return undefined;
    this.wire = props;
    return this.state;
  }

  /** Whether an update with these inputs would change anything; by default with those of the last update. */
  async differs(inputs: Bag = this.#inputs): Promise<boolean> {
    const { changes } = await this.provider.diff(this.id, this.urn, this.wire, await this.#checked(inputs));
    return changes ?? false;
  }

  async update(inputs: Bag = this.#inputs): Promise<Bag> {
    const checked = await this.#checked(inputs);
    const { outs } = await this.provider.update(this.id, this.urn, this.wire, checked);
    this.wire = outs ?? {};
    this.#inputs = checked;
    return this.state;
  }

  async delete(): Promise<void> {
    await this.provider.delete(this.id, this.urn, this.wire);
  }

  async #checked(inputs: Bag): Promise<Bag> {
    const { inputs: checked = inputs, failures = [] } = await this.provider.check(this.urn, this.#inputs, inputs);
    if (failures.length > 0) throw new Error(failures.map((it) => it.reason).join("; "));
    return checked;
  }
}

/** The mark of a secret, as the engine writes it. */
export function secret(value: unknown): Bag {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

/** What the engine sends in a preview for a value that it does not know yet. */
export const unknownOnTheWire = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The message of what a promise is rejected with. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "nothing was refused",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
