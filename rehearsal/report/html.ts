/** A piece of HTML that is safe to place as it is. Made by {@link html} and {@link trusted} alone. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

type Placed = Html | string | number | undefined | readonly (Html | string | number | undefined)[];

/** A template in which every value is escaped, except for {@link Html}. Lists are joined, undefined is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Placed[]): Html {
  return new Html(parts.map((part, index) => part + placed(values[index])).join(""));
}

/** Markup of our own making, such as a chart. Never call it with anything that came from outside. */
export function trusted(text: string): Html {
  return new Html(text);
}

export function escapeHtml(text: string): string {
  return (
    text
      .replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`)
      // What no document may hold, and what would turn the reading direction of the text after it.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, "\ufffd")
  );
}

function placed(value: Placed): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string" || typeof value === "number") return escapeHtml(String(value));
  return value.map((each) => placed(each)).join("");
}

/** Text of ours in which a command stands between backticks. */
export function prose(text: string): Html {
  const parts = text.split("`");
  // An odd one out is a sign like any other.
  if (parts.length % 2 === 0) return html`${text}`;
  return html`${parts.map((part, index) => (index % 2 === 0 ? html`${part}` : html`<code>${part}</code>`))}`;
}
