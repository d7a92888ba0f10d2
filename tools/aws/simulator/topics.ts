import type { ApiRequest } from "./request.ts";

/** A message that a topic took. */
export interface Published {
  readonly topic: string;
  readonly subject: string;
  readonly message: string;
}

/** What topics were told, in order: nothing is delivered, so this is where a test looks. */
export class Topics {
  readonly published: Published[] = [];

  note({ action, parameters }: ApiRequest): void {
    if (action !== "Publish") return;
    const text = (key: string) => String(parameters[key] ?? "");
    this.published.push({ topic: text("TopicArn"), subject: text("Subject"), message: text("Message") });
  }
}
