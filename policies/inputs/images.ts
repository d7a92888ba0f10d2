import { z } from "zod";
import { list, record, text } from "./values.ts";

/** Resources whose containers are stated as a JSON text. */
const ecsTaskDefinition = "aws:ecs/taskDefinition:TaskDefinition";
const ecsContainers = z.array(z.looseObject({ name: z.string().optional(), image: z.string().optional() }));

/** Kubernetes kinds that start containers, in any API version. */
const kubernetesKind =
  /^kubernetes:(?:core\/|apps\/|batch\/)?v[0-9a-z]+:(?:Pod|ReplicationController|Deployment|DaemonSet|StatefulSet|ReplicaSet|Job|CronJob)(?:Patch)?$/;
const containerLists = ["initContainers", "containers", "ephemeralContainers"] as const;

/** A container by its name and where to read its image; reading may throw what a preview does not know. */
export interface StatedImage {
  readonly container: () => string;
  /** Undefined when none is stated. */
  readonly image: () => string | undefined;
}

/**
 * The containers that a resource would start; undefined for what starts none.
 *
 * @throws what a preview does not know
 */
export function statedImages(type: string, props: Readonly<Record<string, unknown>>): StatedImage[] | undefined {
  if (type === ecsTaskDefinition) return ecsImages(props.containerDefinitions);
  if (!kubernetesKind.test(type)) return undefined;
  const pod = podOf(type, record(props.spec));
  return containerLists.flatMap((name) => {
    const containers = list(pod[name]);
    return Array.from({ length: containers.length }, (_, index) => {
      const container = () => record(containers[index]);
      return {
        container: () => text(container().name) ?? `${name}[${index}]`,
        image: () => text(container().image),
      };
    });
  });
}

function ecsImages(definitions: unknown): StatedImage[] {
  if (typeof definitions !== "string") return [];
  let written: unknown;
  try {
    written = JSON.parse(definitions);
  } catch {
    return [{ container: () => "containerDefinitions", image: () => undefined }]; // no JSON states no image
  }
  const parsed = ecsContainers.safeParse(written);
  if (!parsed.success) return [{ container: () => "containerDefinitions", image: () => undefined }];
  return parsed.data.map(({ name, image }, index) => ({ container: () => name ?? `[${index}]`, image: () => image }));
}

/** The pod that a Kubernetes resource starts. */
function podOf(type: string, spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (/:Pod(?:Patch)?$/.test(type)) return spec;
  const template = /:CronJob(?:Patch)?$/.test(type) ? record(record(spec.jobTemplate).spec).template : spec.template;
  return record(record(template).spec);
}
