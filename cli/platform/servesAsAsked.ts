import { isDeepStrictEqual } from "node:util";
import { servesAll, type Weights } from "../../release/environment.ts";
import type { Platform, Serving } from "./platform.ts";

/**
 * Whether the traffic of all services is shared as was asked. Where numbers of instances share it, a share is as coarse as they are: there
 * both sides are led to whichever share was asked, and to one of them alone at 0 and 100 %.
 */
export function servesAsAsked(serving: Serving, { services }: Pick<Platform, "services">, asked: Weights): boolean {
  return services.every((name) =>
    serving.instances?.[name] === undefined
      ? isDeepStrictEqual(serving.weights[name], asked)
      : servesAll(asked) === undefined,
  );
}
