import { sameDeployed } from "./deployed.ts";
import { other } from "./environment.ts";
import type { Kind, Refusal, ReleaseFacts } from "./transition.ts";

/** What a change of the candidate's share of users' traffic is; undefined where it stays. @param before percent, as `after` */
export function kindOfShare(before: number, after: number): Kind | undefined {
  if (after === before) return undefined;
  if (after < before) return "rollback";
  return before === 0 ? "canary" : "promotion";
}

/**
 * Why traffic must not be shared so.
 *
 * - A share needs a candidate, deployed by an earlier update: its gates are what it rests on.
 * - A candidate with a share is neither changed nor retired in an update that leaves it one.
 * - A switch gives everything to one side; only a rolling way back calls the old version live again while it still gives it traffic.
 */
export function shareRefusals(before: ReleaseFacts | undefined, after: ReleaseFacts): readonly Refusal[] {
  const share = after.share ?? 0;
  if (share === 0) return [];
  const name = other(after.live);
  const candidate = after.environments[name];
  const refuse = (happened: string, next: string): readonly Refusal[] => [{ field: "share", happened, next }];
  if (candidate === undefined) {
    return refuse(
      `${name} would get ${share} % of users' traffic, and no version is deployed there.`,
      `Leave share out, and deploy a version to ${name} first.`,
    );
  }
  if (before !== undefined && before.live !== after.live && !isRollingBack(before, after)) {
    return refuse(
      `${after.live} would become live, and ${name} keep ${share} % of users' traffic.`,
      "Leave share out of a switch: it gives everything to one side.",
    );
  }
  if (!sameDeployed(before?.environments[name], candidate)) {
    return refuse(
      `${candidate.version} would be deployed to ${name} and get ${share} % of users' traffic in one update.`,
      `Leave share out, deploy ${candidate.version} first, and give it a share in the next update, when its gates have passed.`,
    );
  }
  return [];
}

/** What was live before gets its traffic back as its instances come. */
function isRollingBack({ history }: ReleaseFacts, after: ReleaseFacts): boolean {
  const version = after.environments[after.live]?.version;
  return after.rolling !== undefined && version !== undefined && history.includes(version);
}
