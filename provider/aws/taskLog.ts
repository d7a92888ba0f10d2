import {
  type CloudWatchLogsClient,
  GetLogEventsCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";

/** What a task prints, read from its log stream as it comes: `<prefix>/<container>/<task id>`, with the container as prefix. */
export class TaskLog {
  readonly #client: CloudWatchLogsClient;
  readonly #group: string;
  readonly #stream: string;
  #token: string | undefined;

  constructor(client: CloudWatchLogsClient, group: string, container: string, taskArn: string) {
    this.#client = client;
    this.#group = group;
    this.#stream = `${container}/${container}/${taskArn.slice(taskArn.lastIndexOf("/") + 1)}`;
  }

  /** The lines since the last call; none before the stream is there. */
  async more(abortSignal: AbortSignal): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const page = await this.#page(abortSignal);
      const read = page?.events ?? [];
      lines.push(...read.map(({ message = "" }) => message));
      // At the end of a stream the token stays the same.
      const next = page?.nextForwardToken;
      if (next === undefined || next === this.#token) return lines;
      this.#token = next;
      if (read.length === 0) return lines;
    }
  }

  async #page(abortSignal: AbortSignal) {
    try {
      return await this.#client.send(
        new GetLogEventsCommand({
          logGroupName: this.#group,
          logStreamName: this.#stream,
          startFromHead: true,
          ...(this.#token === undefined ? {} : { nextToken: this.#token }),
        }),
        { abortSignal },
      );
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined; // the task has printed nothing yet
      throw error;
    }
  }
}
