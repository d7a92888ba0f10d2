import { randomBytes } from "node:crypto";
import { type Answer, Refusal } from "./answers.ts";

export const api = "/2020-05-31";
export const namespace = "http://cloudfront.amazonaws.com/doc/2020-05-31/";

export function written(body: string, etag: string | undefined, status = 200): Answer {
  return { status, headers: { "content-type": "text/xml", ...(etag === undefined ? {} : { etag }) }, body };
}

/** What stands within the first element of this name, as it was sent. */
export function inner(xml: string, name: string): string {
  const found = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`).exec(xml)?.[1];
  if (found === undefined) throw new Refusal("MalformedXML", `${name} is missing.`);
  return found;
}

export function element(xml: string, name: string): string {
  return inner(xml, name).trim();
}

export function tag(): string {
  return `E${randomBytes(6).toString("hex").toUpperCase()}`;
}

export function mismatch(): Refusal {
  return new Refusal("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.", 400);
}

export function unknown(what: string): Refusal {
  return new Refusal("NotImplemented", `Neither moto nor the simulator knows cloudfront:${what}.`, 501);
}

export function unescaped(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}
