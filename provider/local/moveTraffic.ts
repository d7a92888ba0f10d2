import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { sayWeights, type Weights } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { EnvoyAdmin } from "./envoy/admin.ts";
import { writeWeights } from "./envoy/runtimeLayer.ts";
import { folder } from "./folder.ts";

/** Where traffic is moved, and for which services. */
export interface TrafficPlace {
  readonly dir: string;
  readonly listen: string;
  readonly adminPort: number;
  readonly services: readonly string[];
}

/** What moving traffic ended with, read back from the proxy. */
export interface Moved {
  /** Epoch ms at which the new weights were on disk. */
  readonly writtenAt: number;
  /** Epoch ms at which the proxy was seen to use them for every service. */
  readonly readBackAt: number;
  readonly weights: Weights;
}

/**
 * Moves every service's traffic at once and reads back until the proxy uses the new weights. Needs no engine: this is
 * also the way back at 2 a.m.
 */
export async function moveTraffic(
  place: TrafficPlace,
  weights: Weights,
  signal: AbortSignal,
  deadlineMs = 5000,
): Promise<Moved> {
  writeWeights(folder(place.dir).envoy, place.services, weights);
  const writtenAt = Date.now();
  const admin = new EnvoyAdmin(place.listen, place.adminPort);
  for (;;) {
    const seen = await admin.allWeights(place.services).catch(() => undefined);
    if (seen !== undefined && place.services.every((service) => isDeepStrictEqual(seen[service], weights))) {
      return { writtenAt, readBackAt: Date.now(), weights };
    }
    if (Date.now() - writtenAt > deadlineMs) {
      throw new Problem({
        happened: `The proxy does not use the new weights after ${deadlineMs / 1000} s.`,
        where: `${sayWeights(weights)} for ${place.services.join(", ")}; seen: ${JSON.stringify(seen ?? "no answer")}`,
        next: "run `greenlight status` to see what serves; the proxy takes the weights up by itself when it is back",
      });
    }
    await pause(2, undefined, { signal });
  }
}
