/** What stands in the place of a secret. */
export const masked = "***";

/** Secrets shorter than this are not looked for: they would mask half of every text. */
export const shortestSecret = 4;

/**
 * A function that takes secrets out of texts: as they are, URL-encoded, escaped as in JSON, and in base64
 * (also as a part of something longer that was encoded). Works on plain text, takes time in proportion to it.
 */
export function masker(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < shortestSecret) continue;
    for (const form of formsOf(secret)) if (form.length >= shortestSecret) forms.add(form);
  }
  // Longest first, so that no rest of a longer form stays behind.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((rest, form) => rest.replaceAll(form, masked), text);
}

/** The text without the secrets; see {@link masker}. */
export function maskSecrets(text: string, secrets: Iterable<string>): string {
  return masker(secrets)(text);
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  // Lone surrogates, which encodeURIComponent refuses, become U+FFFD in the bytes.
  const encoded = encodeURIComponent(bytes.toString("utf8"));
  const strict = encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const lower = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  return [
    secret,
    encoded,
    strict,
    lower(encoded),
    lower(strict),
    strict.replaceAll("%20", "+"),
    percent,
    percent.toUpperCase(),
    JSON.stringify(secret).slice(1, -1),
    ...base64Forms(bytes),
  ];
}

/** A secret's base64 at each of the three positions in which it can lie in something longer, and whole. */
function base64Forms(bytes: Buffer): string[] {
  const forms: string[] = [];
  for (const shift of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    const whole = shifted.toString("base64").replaceAll("=", "");
    const start = shift === 0 ? 0 : shift + 1;
    const end = Math.floor((shifted.length * 8) / 6);
    const inner = whole.slice(start, end);
    // Four letters or so of base64 stand in many an innocent text.
    if (inner.length >= 6) forms.push(inner);
  }
  forms.push(bytes.toString("base64"), bytes.toString("base64").replaceAll("=", ""));
  return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}
