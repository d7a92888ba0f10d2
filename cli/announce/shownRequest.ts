/** A request as a dry run shows it. `address` and headers name secrets by their variables. */
export function shownRequest(
  method: string,
  address: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): string {
  return [
    `${method} ${address}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "",
    JSON.stringify(body, null, 2),
  ].join("\n");
}
