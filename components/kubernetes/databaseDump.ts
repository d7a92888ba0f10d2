import type { KubernetesAccess } from "../../provider/kubernetes/facts.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { type DumpSettings, keptIn, placeOfDumps } from "./databaseSettings.ts";
import { dumpPod } from "./dumpPod.ts";
import { jobNamed, releaseName } from "./names.ts";
import type { KubernetesSettings } from "./settings.ts";

export interface DatabaseDumpArgs {
  access: KubernetesAccess;
  kubernetes: KubernetesSettings;
  /** Version that is about to be deployed: the dump is taken before it. */
  version: string;
  commit?: string;
  dump: DumpSettings;
  /** How long the Job stays with its log. */
  keepMs: number;
}

/** The database as it was before a release, dumped by a Job. No update of a version removes it. */
export class DatabaseDump extends pulumi.ComponentResource {
  /** Name of the dump. */
  readonly dump: pulumi.Output<string>;

  constructor(name: string, args: DatabaseDumpArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:kubernetes:DatabaseDump", name, { version: args.version }, opts);
    const { access, kubernetes, version, commit, dump, keepMs } = args;
    const prefix = kubernetes.name;
    const { command, secret, deadline } = dump;
    const taken = new GreenlightResource<{ name: string }>(
      "greenlight:kubernetes:DumpJob",
      name,
      {
        access,
        version,
        ...(commit === undefined ? {} : { commit }),
        job: jobNamed(prefix, releaseName(prefix, "dump", version)),
        pod: dumpPod(kubernetes, dump, { env: { GREENLIGHT_RELEASE: version }, secret, changes: true }),
        ...(command === undefined ? {} : { command }),
        keptIn: keptIn(dump),
        place: placeOfDumps(dump),
        deadlineMs: deadline,
        keepMs,
      },
      ["name"],
      { parent: this },
    );
    this.dump = taken.out("name");
    this.registerOutputs({ dump: this.dump });
  }
}
