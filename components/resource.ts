import * as pulumi from "./pulumi.ts";

/** A resource of Greenlight's own provider: its inputs as given, its outputs by name. */
export class GreenlightResource<Outputs extends object> extends pulumi.CustomResource {
  readonly #outputs: Record<string, pulumi.Output<unknown>>;

  /**
   * @param type such as `greenlight:index:HealthGate`
   * @param outputs names of what the provider computes
   */
  constructor(
    type: string,
    name: string,
    args: pulumi.Inputs,
    outputs: readonly (keyof Outputs & string)[],
    opts: pulumi.CustomResourceOptions,
  ) {
    const bag: pulumi.Inputs = { ...args };
    for (const output of outputs) bag[output] = undefined;
    super(type, name, bag, opts);
    const own = this as unknown as Record<string, pulumi.Output<unknown>>;
    this.#outputs = Object.fromEntries(outputs.map((output) => [output, own[output] ?? pulumi.output(undefined)]));
  }

  /** One output of the provider. */
  out<K extends keyof Outputs & string>(name: K): pulumi.Output<Outputs[K]> {
    return this.#outputs[name] as pulumi.Output<Outputs[K]>;
  }
}
