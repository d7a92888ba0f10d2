import { createHash } from "node:crypto";

/** How long AWS lets the name of a thing be. */
export const nameLimits = {
  loadBalancer: 32,
  targetGroup: 32,
  role: 64,
  securityGroup: 255,
  cluster: 255,
  service: 255,
  family: 255,
  alarm: 255,
  topic: 256,
  dashboard: 255,
  logGroup: 512,
  function: 64,
  eventRule: 64,
  parameter: 512,
  bucket: 63,
  edge: 64,
  database: 63,
  taskMark: 36,
} as const;

const digestLength = 8;

/**
 * The name of a thing in AWS: the parts joined by `-` when that fits the limit and is made of letters, digits and `-`; else what
 * fits of it, and the beginning of a digest of all parts, so that two long names that begin alike stay two.
 */
export function physicalName(kind: keyof typeof nameLimits, ...parts: readonly string[]): string {
  const limit = nameLimits[kind];
  const said = parts.join("-");
  const plain = said
    .replace(/[^A-Za-z0-9-]+/g, "-")
    .replace(/-{2,}/g, "-")
    .replace(/^-|-$/g, "");
  if (said !== "" && plain === said && said.length <= limit) return said;
  const digest = createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, digestLength);
  const kept = plain.slice(0, limit - digestLength - 1).replace(/-$/, "");
  return kept === "" ? digest : `${kept}-${digest}`;
}
