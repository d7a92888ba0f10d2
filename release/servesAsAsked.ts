import { isDeepStrictEqual } from "node:util";
import { type EnvironmentName, environmentNames, servesAll, type Weights } from "./environment.ts";

/** What serves users, as it was read. */
export interface ServedTraffic {
  /** Weights per service; nothing for a service without any. */
  readonly weights: Readonly<Record<string, Weights | undefined>>;
  /** Ready instances of each side, for services whose traffic those alone share: their weights are what these numbers make. */
  readonly instances?: Readonly<Record<string, Readonly<Record<EnvironmentName, number>>>>;
}

/**
 * Whether the traffic of all services is shared as was asked. Where numbers of instances share it, a share is as coarse as they are: there
 * both sides are led to whichever share was asked, and to one of them alone at 0 and 100 %.
 */
export function servesAsAsked(
  serving: ServedTraffic,
  { services }: { readonly services: readonly string[] },
  asked: Weights,
): boolean {
  return services.every((name) =>
    serving.instances?.[name] === undefined
      ? isDeepStrictEqual(serving.weights[name], asked)
      : servesAll(asked) === undefined,
  );
}

/** What serves each service, in words. */
export function sayServed(serving: ServedTraffic, services: readonly string[]): string {
  const shares = services.map((name) => {
    const weights = serving.weights[name];
    if (weights === undefined) return `${name}: nobody`;
    const shares = `${name}: ${environmentNames.map((it) => `${it} ${weights[it]} %`).join(", ")}`;
    const made = serving.instances?.[name];
    return made === undefined ? shares : `${shares} by ${made.blue} and ${made.green} instances`;
  });
  return shares.join("; ");
}
