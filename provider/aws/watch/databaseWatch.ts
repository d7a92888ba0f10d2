import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { Observation } from "../../../release/observation.ts";
import { clock } from "../../../release/wording.ts";
import { minuteMs, readMetrics } from "../metrics.ts";
import type { CloudWatching } from "./watching.ts";

/** A database whose newest figures are older than this is not known to be there. Milliseconds. */
const staleAfter = 300_000;
/** Least time between two questions. Milliseconds. */
const askEvery = 30_000;

/** What CloudWatch says of the database. Whether it answers a query is for health checks and smoke test to say. */
export class DatabaseWatch {
  readonly #client: CloudWatchClient;
  readonly #dimensions: Readonly<Record<string, string>>;
  #askedAt = Number.NEGATIVE_INFINITY;
  #told: Observation["database"];

  constructor(client: CloudWatchClient, { instance, cluster }: NonNullable<CloudWatching["database"]>) {
    this.#client = client;
    this.#dimensions =
      instance === undefined ? { DBClusterIdentifier: cluster ?? "" } : { DBInstanceIdentifier: instance };
  }

  /** Undefined while nothing recent is told of it: then nobody knows. */
  async look(signal: AbortSignal): Promise<Observation["database"]> {
    const now = Date.now();
    if (now - this.#askedAt < askEvery) return this.#told;
    this.#askedAt = now;
    const of = (metric: string, stat: string) => ({
      namespace: "AWS/RDS",
      metric,
      stat,
      dimensions: this.#dimensions,
    });
    const to = Math.ceil(now / minuteMs) * minuteMs;
    try {
      const [connections, cpu] = await readMetrics(
        this.#client,
        [of("DatabaseConnections", "Maximum"), of("CPUUtilization", "Average")],
        to - 2 * staleAfter,
        to,
        signal,
      );
      const newest = Math.max(...(connections?.keys() ?? []));
      if (now - newest > staleAfter) {
        this.#told = undefined;
        return undefined;
      }
      const busy = cpu?.get(newest);
      const detail = `${connections?.get(newest)} connections${busy === undefined ? "" : `, CPU ${busy.toFixed(0)} %`} at ${clock(newest)}`;
      this.#told = { reachable: true, detail };
    } catch {
      signal.throwIfAborted();
      this.#told = undefined;
    }
    return this.#told;
  }
}
