import { createRequire } from "node:module";
import type { RandomPasswordArgs } from "@pulumi/random";
import { z } from "zod";
import * as pulumi from "../pulumi.ts";

const manifest: unknown = createRequire(import.meta.url)("@pulumi/random/package.json");
const { version } = z.object({ version: z.string() }).parse(manifest);

/** The `random` provider of the release of `@pulumi/random` that package.json pins. */
export class RandomProvider extends pulumi.ProviderResource {
  constructor(name: string, opts?: pulumi.CustomResourceOptions) {
    super("random", name, {}, { ...opts, version });
  }
}

/** The package's own resource, declared without the whole SDK that the package's class brings (see ../pulumi.ts). */
export class RandomPassword extends pulumi.CustomResource {
  declare readonly result: pulumi.Output<string>;

  constructor(name: string, args: RandomPasswordArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "random:index/randomPassword:RandomPassword",
      name,
      { ...args, result: undefined, bcryptHash: undefined },
      { ...opts, version, additionalSecretOutputs: ["result", "bcryptHash"] },
    );
  }
}
