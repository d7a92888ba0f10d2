import type { Settings } from "../config.ts";
import type { ProjectManifest } from "../project/readManifest.ts";
import type { CarriedChecklist } from "../release/checklist/judged.ts";
import type * as pulumi from "./pulumi.ts";

/** What a stack is made from, on any platform. */
export interface StackArgs {
  readonly stack: string;
  /** Absolute folder of the project. */
  readonly project: string;
  readonly settings: Settings;
  /** The manifest of the version in each environment. */
  readonly manifests: { readonly blue?: ProjectManifest; readonly green?: ProjectManifest };
  /** What the candidate's checklist is judged by. */
  readonly checklist: CarriedChecklist;
  /** Whether whoever gave the update watches what it moves, so that it does not. Default: false. */
  readonly watched?: boolean;
  /** What the platform's `startProviders` gave. */
  readonly providers?: readonly pulumi.ProviderResource[];
}

type Outputs = Record<string, pulumi.Input<unknown>>;

/** What the program asks of a platform. */
export interface Platform {
  /** One line for the head of a preview: what serves now, as read. Never throws: what cannot be read is said. */
  sayServing(project: string, stack: string, settings: Settings): Promise<string>;
  /** Providers that make nothing yet: their plugins start while the checklist is read, instead of after it. */
  startProviders?(settings: Settings): readonly pulumi.ProviderResource[];
  /** The whole stack, in the order of its dependencies; its outputs. May ask the platform first what is there. */
  deploy(args: StackArgs): Outputs | Promise<Outputs>;
}

/** The code of one platform is read only by stacks on it. */
const platforms: Readonly<Record<Settings["platform"], () => Promise<Platform>>> = {
  local: async () => {
    const [{ deployLocal, startProviders }, { sayServing }] = await Promise.all([
      import("./local/platform.ts"),
      import("../project/sayServing.ts"),
    ]);
    return { deploy: deployLocal, startProviders, sayServing };
  },
  aws: async () => {
    const [{ deployAws }, { sayAwsServing }] = await Promise.all([
      import("./aws/platform.ts"),
      import("./aws/sayServing.ts"),
    ]);
    return { deploy: deployAws, sayServing: sayAwsServing };
  },
  kubernetes: async () => {
    const [{ deployKubernetes }, { sayKubernetesServing }] = await Promise.all([
      import("./kubernetes/platform.ts"),
      import("./kubernetes/sayServing.ts"),
    ]);
    return { deploy: deployKubernetes, sayServing: sayKubernetesServing };
  },
};

/** The platform that the settings name. */
export function platformOf({ platform }: Settings): Promise<Platform> {
  return platforms[platform]();
}
