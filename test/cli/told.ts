import type { Event, Reporter } from "../../cli/reporter.ts";

/** Keeps what a command tells. */
export class Told implements Reporter {
  readonly events: Event[] = [];

  tell(event: Event): void {
    this.events.push(event);
  }

  close(): void {
    // Nothing is displayed.
  }

  /** Steps and warnings, in order. */
  get texts(): string[] {
    return this.events.flatMap((it) => (it.kind === "step" || it.kind === "warning" ? [it.text] : []));
  }
}
