import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { z } from "zod";

// AWS checks the rest; what is read here is what the comparison needs.
const containersSchema = z.array(z.looseObject({ name: z.string().min(1), image: z.string().min(1) })).min(1);

/** The containers in a task definition's JSON text, or what is wrong with it. */
export function containersFrom(text: string): { containers?: ContainerDefinition[]; problem?: string } {
  try {
    const parsed = containersSchema.safeParse(JSON.parse(text));
    if (parsed.success) return { containers: parsed.data as ContainerDefinition[] };
    return {
      problem: `containerDefinitions: ${parsed.error.issues[0]?.path.join(".")} ${parsed.error.issues[0]?.message}`,
    };
  } catch {
    return { problem: "containerDefinitions is not JSON" };
  }
}

/** The same text for the same containers: AWS fills in defaults, which the official provider overlooks as well. */
export function canonical(text: string): string {
  const { containers } = containersFrom(text);
  if (containers === undefined) return text;
  const plain = containers.map((container) => ({
    ...container,
    essential: container.essential ?? true,
    environment: [...(container.environment ?? [])].sort(byName),
    secrets: [...(container.secrets ?? [])].sort(byName),
    portMappings: container.portMappings?.map((port) => ({
      ...port,
      hostPort: port.hostPort || port.containerPort,
      protocol: port.protocol ?? "tcp",
    })),
  }));
  return JSON.stringify(withoutEmpty(plain));
}

function byName(a: { name?: string | undefined }, b: { name?: string | undefined }): number {
  return (a.name ?? "") < (b.name ?? "") ? -1 : 1;
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value)
    .map(([key, item]) => [key, withoutEmpty(item)] as const)
    .filter(([, item]) => !isNothing(item))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(kept);
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === 0 || value === "" || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
