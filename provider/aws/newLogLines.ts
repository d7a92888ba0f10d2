import {
  type CloudWatchLogsClient,
  FilterLogEventsCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";

/** What was read of a log group since the last time. */
export interface NewLines {
  readonly lines: readonly string[];
  /** Whether there was more than is read at once: the rest is left out. */
  readonly more: boolean;
}

/** Pages of a thousand lines that are read at once. */
const pagesAtOnce = 5;
/** CloudWatch tells lines late and out of order: the last stretch is asked for again, and what is known is left out. Milliseconds. */
const overlap = 20_000;

/** Follows a log group, all its streams together. */
export class LogGroupTail {
  readonly #client: CloudWatchLogsClient;
  readonly #group: string;
  #from: number;
  #known = new Map<string, number>();

  /** @param from epoch ms of the first line that is read */
  constructor(client: CloudWatchLogsClient, group: string, from: number) {
    this.#client = client;
    this.#group = group;
    this.#from = from;
  }

  /** Lines since the last call; none where the group is not there. */
  async read(abortSignal: AbortSignal): Promise<NewLines> {
    const lines: string[] = [];
    let nextToken: string | undefined;
    let newest = this.#from;
    for (let page = 0; page < pagesAtOnce; page += 1) {
      const told = await this.#page(nextToken, abortSignal);
      for (const { eventId = "", timestamp = 0, message = "" } of told?.events ?? []) {
        newest = Math.max(newest, timestamp);
        if (this.#known.has(eventId)) continue;
        this.#known.set(eventId, timestamp);
        lines.push(message);
      }
      nextToken = told?.nextToken;
      if (nextToken === undefined) break;
    }
    this.#from = Math.max(this.#from, newest - overlap);
    this.#known = new Map([...this.#known].filter(([, at]) => at >= this.#from));
    return { lines, more: nextToken !== undefined };
  }

  async #page(nextToken: string | undefined, abortSignal: AbortSignal) {
    try {
      return await this.#client.send(
        new FilterLogEventsCommand({
          logGroupName: this.#group,
          startTime: this.#from,
          limit: 1_000,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
        { abortSignal },
      );
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }
}
