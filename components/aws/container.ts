/** What runs in a task of a service. */
export interface ContainerPlan {
  readonly name: string;
  /** With its digest. */
  readonly image: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** ARN by variable. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Seconds that a stopping task may finish its requests; ECS on Fargate takes at most 120. */
  readonly stopSeconds: number;
  readonly logGroup: string;
  readonly region: string;
}

/** The container of a service as ECS reads it. Variables are sorted, so that an order in a file is no change. */
export function containerDefinitions(it: ContainerPlan): string {
  const byName = ([a]: [string, string], [b]: [string, string]) => (a < b ? -1 : 1);
  return JSON.stringify([
    {
      name: it.name,
      image: it.image,
      essential: true,
      portMappings: [{ containerPort: it.port, protocol: "tcp" }],
      environment: Object.entries(it.env)
        .sort(byName)
        .map(([name, value]) => ({ name, value })),
      secrets: Object.entries(it.secrets)
        .sort(byName)
        .map(([name, valueFrom]) => ({ name, valueFrom })),
      stopTimeout: Math.min(120, Math.max(2, it.stopSeconds)),
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": it.logGroup,
          "awslogs-region": it.region,
          "awslogs-stream-prefix": it.name,
        },
      },
    },
  ]);
}

/** The digest of an image that is named with one. @throws RangeError for a name without */
export function digestOf(image: string): string {
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
  if (digest === undefined) throw new RangeError(`${image} has no digest`);
  return digest;
}
