/** Text that Markdown shows as it is, on one line. */
export function plain(text: string): string {
  return oneLine(text).replace(/[\\`*_[\]<>|#~&!]/g, (sign) => `\\${sign}`);
}

/** Text as code, whatever backticks are in it; `|` is written so that it does not end a table's cell. */
export function code(text: string): string {
  const line = oneLine(text);
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((it) => it.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}

/** A link to a file, by its path relative to the page. */
export function link(text: string, path: string): string {
  const target = oneLine(path)
    .split("/")
    .map((it) => encodeURIComponent(it).replace(/[()']/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`))
    .join("/");
  return `[${plain(text)}](${target})`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
