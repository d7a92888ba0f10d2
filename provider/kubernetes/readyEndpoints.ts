import type { V1EndpointSlice, V1Pod } from "@kubernetes/client-node";
import type { EnvironmentName, Weights } from "../../release/environment.ts";
import { bears } from "./pods.ts";

/** Ready endpoints, by whose pods they are. */
export type ReadyEndpoints = Readonly<Record<EnvironmentName | "others", number>>;

/** Endpoints that users' requests may be sent to, each pod once. @param selectors what the pods of each environment are found by */
export function readyEndpoints(
  selectors: Readonly<Record<EnvironmentName, Readonly<Record<string, string>>>>,
  slices: readonly V1EndpointSlice[],
  pods: readonly V1Pod[],
): ReadyEndpoints {
  const ready = slices
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .map(({ targetRef, addresses }) => targetRef?.name ?? addresses[0] ?? "");
  const reached = [...new Set(ready)];
  const metadataOf = (pod: string) => pods.find(({ metadata }) => metadata?.name === pod)?.metadata;
  const count = (name: EnvironmentName) => reached.filter((pod) => bears(selectors[name], metadataOf(pod))).length;
  const [blue, green] = [count("blue"), count("green")];
  return { blue, green, others: reached.length - blue - green };
}

/** Such as `by pods blue 75 %, green 25 % (3 and 1 ready)`. */
export function sayReadyEndpoints({ blue, green, others }: ReadyEndpoints): string {
  const shares = sharesByPods({ blue, green });
  const foreign = others === 0 ? "" : `, and ${others} of neither`;
  if (shares === undefined) return `no pod of either side is ready${foreign}`;
  return `by pods blue ${shares.blue} %, green ${shares.green} % (${blue} and ${green} ready${foreign})`;
}

/** Shares of traffic as the pods behind one Service make them, in whole percents; undefined where no side has one. */
export function sharesByPods({ blue, green }: Pick<ReadyEndpoints, EnvironmentName>): Weights | undefined {
  const all = blue + green;
  if (all === 0) return undefined;
  const share = Math.round((100 * green) / all);
  return { blue: 100 - share, green: share };
}
