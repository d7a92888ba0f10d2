import type { EnvironmentName } from "../../../release/environment.ts";
import * as pulumi from "../../pulumi.ts";
import { GreenlightResource } from "../../resource.ts";
import { rollbackParameter } from "./automaticRollback.ts";

export interface StandDownArgs {
  stack: string;
  region: string;
  environment: EnvironmentName;
  /** Version that is about to be deployed there. */
  version: string;
  /** Whether it is about to run nothing; left out, it runs. */
  stopped?: boolean;
}

/** Nothing sends traffic to an environment that is about to take another version, or to run none. */
export class StandDown extends pulumi.ComponentResource {
  constructor(name: string, { stack, ...args }: StandDownArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:StandDown", name, { environment: args.environment, version: args.version }, opts);
    new GreenlightResource(
      "greenlight:aws:RollbackStandDown",
      name,
      { ...args, parameter: rollbackParameter(stack) },
      ["stoodDown"],
      { parent: this },
    );
    this.registerOutputs({});
  }
}
