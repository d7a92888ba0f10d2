import type { EnvironmentName } from "../../release/environment.ts";
import type { Period } from "../../release/observation.ts";
import { sentence } from "../../release/problem.ts";
import type { TrafficCount } from "../../release/strategy/countedTraffic.ts";
import { overSameMinutes } from "../../release/strategy/sameMinutes.ts";
import { lastSettled, nextStart, type TrafficSource } from "./trafficSource.ts";

/**
 * Counts both sides from the next whole stretch of time on by what a metrics service tells, up to the last one whose figures do not change
 * any more. What it does not say is unreadable, with its reason.
 *
 * @param signal how long the whole count may be asked for
 */
export function countTold(source: TrafficSource, signal: AbortSignal): TrafficCount {
  const from = nextStart(source, Date.now());
  return {
    async soFar() {
      const to = Math.max(from, lastSettled(source, Date.now()));
      // A time without length has no figures.
      const read = async (environment: EnvironmentName): Promise<Readonly<Record<string, readonly Period[]>>> =>
        to === from ? {} : source.read(environment, from, to, signal);
      try {
        const [blue, green] = await Promise.all([read("blue"), read("green")]);
        const services = source.services.map((service) => {
          const [inBlue, inGreen] = overSameMinutes(blue[service] ?? [], green[service] ?? []);
          return { service, inBlue, inGreen };
        });
        return {
          from,
          to,
          answered: {
            blue: Object.fromEntries(services.map(({ service, inBlue }) => [service, inBlue])),
            green: Object.fromEntries(services.map(({ service, inGreen }) => [service, inGreen])),
          },
        };
      } catch (error) {
        signal.throwIfAborted();
        // Nobody can judge by it; while patience lasts it is asked again.
        return { from, to, answered: { blue: {}, green: {} }, unreadable: sentence(error).split("\n")[0] ?? "" };
      }
    },
  };
}
