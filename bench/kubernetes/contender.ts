import type { AuditedRequest } from "../../tools/kubernetes/auditLog.ts";

/** In the order in which they release within a round. */
export const contenderNames = [
  "argo-bluegreen",
  "kubectl-rolling",
  "greenlight-bluegreen",
  "argo-canary",
  "greenlight-canary",
] as const;
export type ContenderName = (typeof contenderNames)[number];

/** One way to release a version of the same service to the same users on the same cluster. */
export interface Contender {
  readonly name: ContenderName;
  /** Where users reach it, on loopback. */
  readonly port: number;
  /** Whether a request to the API server was made by its own client or controller, rather than by Kubernetes' own. */
  readonly made: (request: Pick<AuditedRequest, "user" | "agent">) => boolean;
  /** Brings a version to where only the promote is missing. */
  readonly prepare: (version: string) => Promise<void>;
  /** Gives it all users' requests; ends when its commands say that this is done. */
  readonly promote: (version: string) => Promise<void>;
}
