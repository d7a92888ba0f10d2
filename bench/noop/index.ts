import * as pulumi from "@pulumi/pulumi";

/** Its input is a setting, as the live environment is one of ours: each change of it is one update step. */
class Nothing extends pulumi.CustomResource {
  constructor(name: string, args: { side: string }) {
    super("noop:index:Nothing", name, args);
  }
}

new Nothing("nothing", { side: new pulumi.Config().require("side") });
