/** The parts of an ARN that settings are checked by. */
export interface ArnParts {
  readonly region: string;
  readonly account: string;
}

/** Region and account of an ARN; undefined for what is none. Global services have no region. */
export function arnParts(text: string): ArnParts | undefined {
  const parts = text.split(":");
  if (parts.length < 6 || parts[0] !== "arn") return undefined;
  return { region: parts[3] ?? "", account: parts[4] ?? "" };
}

/**
 * The name under which CloudWatch knows the load balancer of a listener: `app/<name>/<id>` of
 * `arn:aws:elasticloadbalancing:<region>:<account>:listener/app/<name>/<id>/<listener>`.
 */
export function loadBalancerOf(listenerArn: string): string {
  const [, kind, name, id] = (listenerArn.split(":").slice(5).join(":") ?? "").split("/");
  return `${kind}/${name}/${id}`;
}

/** Partition of a region: China and GovCloud have ARNs of their own. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** The secret that a container's reference reads: without the JSON key, stage and version that may follow it. */
export function secretOf(reference: string): string {
  return reference.split(":").slice(0, 7).join(":");
}
