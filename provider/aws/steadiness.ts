/** What was asked to run. */
export interface AskedService {
  /** Name in the settings. */
  readonly service: string;
  /** Name in ECS. */
  readonly name: string;
  readonly taskDefinition: string;
  readonly container: string;
  /** `sha256:…` of the image that must run. */
  readonly digest: string;
  /** Tasks that must run at the least; 0 where none may. */
  readonly least: number;
}

/** What ECS says of a service, and what its running tasks say of themselves. */
export interface SeenService {
  /** Undefined when ECS knows no such service, or it is not active. */
  readonly taskDefinition: string | undefined;
  readonly desired: number;
  readonly rollout: string | undefined;
  readonly rolloutReason: string | undefined;
  /** Deployments that are not over. */
  readonly deployments: number;
  readonly tasks: readonly SeenTask[];
}

export interface SeenTask {
  readonly arn: string;
  readonly taskDefinition: string;
  /** By container: the digest of the image that really runs; undefined while it is not known. */
  readonly digests: Readonly<Record<string, string | undefined>>;
}

export type Steadiness =
  | { readonly state: "steady" }
  /** It may still become steady. */
  | { readonly state: "waiting"; readonly says: string }
  /** It never will by itself. */
  | { readonly state: "failed"; readonly says: string };

/**
 * Whether what was asked is what runs: the service names the asked task definition, its deployment is over, and every running task
 * runs that definition and that image, as many as asked. What ECS says of its deployment alone is not enough: after a failure it goes
 * back to the last definition and calls that completed.
 */
export function steadiness(asked: AskedService, seen: SeenService): Steadiness {
  if (seen.taskDefinition === undefined) {
    return { state: "failed", says: `ECS has no active service ${asked.name}` };
  }
  if (seen.taskDefinition !== asked.taskDefinition) {
    return {
      state: "failed",
      says: `ECS went back to ${shortName(seen.taskDefinition)}; asked was ${shortName(asked.taskDefinition)}${because(seen)}`,
    };
  }
  if (seen.rollout === "FAILED") {
    return { state: "failed", says: `the deployment of ${shortName(asked.taskDefinition)} failed${because(seen)}` };
  }
  const old = seen.tasks.filter((it) => it.taskDefinition !== asked.taskDefinition);
  if (old.length > 0 || seen.deployments > 1) {
    const what = [...new Set(old.map((it) => shortName(it.taskDefinition)))].join(", ");
    return { state: "waiting", says: `${old.length} tasks of ${what || "an earlier deployment"} still run` };
  }
  const unknown = seen.tasks.filter((it) => it.digests[asked.container] === undefined);
  const other = seen.tasks.filter((it) => {
    const digest = it.digests[asked.container];
    return digest !== undefined && digest !== asked.digest;
  });
  const [first] = other;
  if (first !== undefined) {
    return {
      state: "failed",
      says: `${other.length} of ${seen.tasks.length} tasks run the image ${first.digests[asked.container]}; asked was ${asked.digest}`,
    };
  }
  if (asked.least === 0 && seen.tasks.length > 0) {
    return { state: "waiting", says: `${seen.tasks.length} tasks still run` };
  }
  const wanted = Math.max(asked.least, seen.desired);
  if (seen.tasks.length < wanted) {
    return { state: "waiting", says: `${seen.tasks.length} of ${wanted} tasks run` };
  }
  if (unknown.length > 0)
    return { state: "waiting", says: `${unknown.length} tasks do not say yet which image they run` };
  if (seen.rollout !== "COMPLETED") {
    return { state: "waiting", says: `the deployment is ${seen.rollout ?? "in an unknown state"}` };
  }
  return { state: "steady" };
}

/** `family:revision` of a task definition's ARN. */
export function shortName(taskDefinition: string): string {
  return taskDefinition.slice(taskDefinition.lastIndexOf("/") + 1);
}

function because({ rolloutReason }: SeenService): string {
  return rolloutReason === undefined || rolloutReason === "" ? "" : ` (${rolloutReason})`;
}
