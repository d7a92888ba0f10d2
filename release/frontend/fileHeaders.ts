/** What a browser and CloudFront are told about a file. */
export interface FileHeaders {
  readonly contentType: string;
  readonly cacheControl: string;
}

/** Types by the end of a name. Source: IANA's registry and the HTML standard. */
const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  xml: "application/xml",
  json: "application/json",
  map: "application/json",
  webmanifest: "application/manifest+json",
  wasm: "application/wasm",
  pdf: "application/pdf",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  ico: "image/vnd.microsoft.icon",
  woff: "font/woff",
  woff2: "font/woff2",
  ttf: "font/ttf",
  otf: "font/otf",
  mp4: "video/mp4",
  webm: "video/webm",
  mp3: "audio/mpeg",
};

/** A name with a digest of its content, as bundlers write it: `app-4f3c9a1b.js`, `logo.4f3c9a1b.svg`. */
const hashed = /[.-](?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{8,}\.[a-z0-9]+(?:\.map)?$/;

/**
 * Headers of a file by its path. A name that holds a digest of the content never means something else, so browsers keep it; all others
 * they ask for again. CloudFront keeps everything: what it keeps it by has the release in it.
 *
 * @returns undefined for a name whose type is not known: served as something else it would not work, or would do harm
 */
export function fileHeaders(path: string): FileHeaders | undefined {
  const ending = /\.([a-z0-9]+)$/.exec(path.toLowerCase())?.[1] ?? "";
  const contentType = Object.hasOwn(types, ending) ? types[ending] : undefined;
  if (contentType === undefined) return undefined;
  return {
    contentType,
    cacheControl: namesItsContent(path)
      ? "public, max-age=31536000, immutable"
      : "public, max-age=0, s-maxage=31536000, must-revalidate",
  };
}

/** Whether a name holds a digest of the content: it is the same file in every release that has it. */
export function namesItsContent(path: string): boolean {
  return hashed.test(path);
}

/** Where the files of a release are in the bucket. */
export function releasePrefix(version: string): string {
  return `releases/${version}/`;
}
