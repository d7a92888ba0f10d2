/** The end of what a program printed: at most `limit` bytes are kept, whatever it prints. */
export class OutputEnd {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #cut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size > 2 * this.#limit) this.#shorten();
  }

  /** Whole lines only: the first line kept may be half a line, and hold half a secret. */
  text(): string {
    if (this.#size > this.#limit) this.#shorten();
    const text = Buffer.concat(this.#chunks).toString("utf8");
    if (!this.#cut) return text;
    const line = text.indexOf("\n");
    return `(the beginning was left out)\n${line < 0 ? "" : text.slice(line + 1)}`;
  }

  #shorten(): void {
    const end = Buffer.concat(this.#chunks).subarray(-this.#limit);
    // A copy: a part would keep the whole.
    this.#chunks = [Buffer.from(end)];
    this.#size = end.length;
    this.#cut = true;
  }
}
