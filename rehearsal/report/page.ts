import { type Html, html, trusted } from "./html.ts";
import { style } from "./style.ts";

/** A whole document that needs nothing else: no script, no network. */
export function page(title: string, body: readonly (Html | undefined)[]): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}</style>
</head>
<body>
${body}
</body>
</html>
`;
  return document.text;
}
