/** What the engine says of a resource, without its marks of colour. */
export function plainMessage(message: string): string {
  return message
    .replace(/<\{%[^%]*%\}>/g, "")
    .replace(/^error: /, "")
    .trim();
}
