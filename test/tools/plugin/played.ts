import type { Bag, Provider, Target } from "../../../tools/plugin/provider.ts";

/** Makes nothing; knows how it was configured, and what was asked of it. */
export class Played implements Provider {
  readonly version = "1.2.3";
  readonly settings: Bag[] = [];
  readonly made: string[] = [];
  /** Why it was stopped. */
  readonly stopped: string[] = [];
  readonly #abort = new AbortController();

  checkSettings() {
    return [];
  }

  replacingSettings() {
    return [];
  }

  configure(given: Bag): void {
    this.settings.push(given);
  }

  async check(_it: Target, _olds: Bag, inputs: Bag) {
    return { inputs, failures: [] };
  }

  async diff() {
    return { changed: [], replaces: [], deleteFirst: false };
  }

  /** Says in which region it lies; what is named `slow` is made for as long as nobody stops it. */
  async create({ name }: Target, inputs: Bag): Promise<{ id: string; state: Bag }> {
    this.made.push(name);
    if (name === "slow") await new Promise((_, reject) => this.#abort.signal.addEventListener("abort", reject));
    return { id: name, state: { ...inputs, lies: this.settings.at(-1)?.region } };
  }

  async read(_it: Target, _id: string, state: Bag, inputs: Bag) {
    return { state, inputs };
  }

  async update(_it: Target, _id: string, _state: Bag, news: Bag): Promise<Bag> {
    return news;
  }

  async delete(): Promise<void> {}

  async invoke(): Promise<Bag> {
    return {};
  }

  stop(reason: string): void {
    this.stopped.push(reason);
    this.#abort.abort();
  }

  async secretOutputs() {
    return [];
  }
}
