import type { KubernetesAccess } from "../../provider/kubernetes/facts.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { type DumpSettings, keptIn } from "./databaseSettings.ts";
import { dumpPod } from "./dumpPod.ts";
import { jobNamed } from "./names.ts";
import type { KubernetesSettings } from "./settings.ts";

export interface DumpRetentionArgs {
  access: KubernetesAccess;
  kubernetes: KubernetesSettings;
  dump: DumpSettings;
  /** How many stay, beside those of deployed versions. */
  keep: number;
  /** Versions that are deployed. */
  deployed: string[];
  /** How long its Jobs stay with their logs. */
  keepMs: number;
}

/** Which dumps stay after a release: the newest, and what a rollback may need. */
export class DumpRetention extends pulumi.ComponentResource {
  constructor(name: string, args: DumpRetentionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:kubernetes:KeptDumps", name, { keep: args.keep }, opts);
    const { access, kubernetes, dump, keep, deployed, keepMs } = args;
    const prefix = kubernetes.name;
    new GreenlightResource(
      "greenlight:kubernetes:DumpRetention",
      name,
      {
        access,
        jobs: { list: jobNamed(prefix, `${prefix}-dumps-list`), removal: jobNamed(prefix, `${prefix}-dumps-remove`) },
        pod: dumpPod(kubernetes, dump, { env: {}, changes: true }),
        keptIn: keptIn(dump),
        keep,
        deployed,
        // Files are listed and removed in no time: who waits longer waits for a claim that cannot be mounted.
        deadlineMs: Math.min(dump.deadline, 300_000),
        keepMs,
      },
      ["removed", "kept"],
      { parent: this },
    );
    this.registerOutputs({});
  }
}
