import { isAscii } from "node:buffer";

/** How many bytes are decoded at once. */
const chunkBytes = 256 * 1024;

/** First bytes of what is no report but a container of one. */
const containers: readonly (readonly [name: string, magic: readonly number[]])[] = [
  ["a gzip archive", [0x1f, 0x8b]],
  ["a zip archive", [0x50, 0x4b, 0x03, 0x04]],
  ["an empty zip archive", [0x50, 0x4b, 0x05, 0x06]],
  ["a zstandard archive", [0x28, 0xb5, 0x2f, 0xfd]],
  ["an xz archive", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["a bzip2 archive", [0x42, 0x5a, 0x68]],
];

/** Encodings that a report may say it is written in. */
const encodings = new Set(["utf-8", "utf-16le", "utf-16be", "us-ascii", "iso-8859-1", "windows-1252"]);

/**
 * The text of a report in pieces, without its byte order mark. UTF-8 unless a byte order mark, zero bytes at the start or an XML
 * declaration say UTF-16, US-ASCII, ISO-8859-1 or Windows-1252.
 *
 * @throws Error with a sentence for an archive, another encoding, or bytes that are no text in it
 */
export function* reportText(bytes: Buffer): Generator<string> {
  refuseContainers(bytes);
  const encoding = encodingOf(bytes);
  if (isPlain(bytes, encoding)) {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.toString("latin1", at, at + chunkBytes);
    return;
  }
  const decoder = new TextDecoder(encoding, { fatal: true });
  for (let at = 0; at <= bytes.length; at += chunkBytes) {
    const part = bytes.subarray(at, at + chunkBytes);
    try {
      yield decoder.decode(part, { stream: at + chunkBytes <= bytes.length });
    } catch {
      throw new Error(`it is not text in ${encoding.toUpperCase()}`);
    }
  }
}

/** As {@link reportText}, in one piece. */
export function wholeText(bytes: Buffer): string {
  refuseContainers(bytes);
  if (isPlain(bytes, encodingOf(bytes))) return bytes.toString("latin1");
  return [...reportText(bytes)].join("");
}

/** Its first piece, to tell formats apart. */
export function firstText(bytes: Buffer): string {
  return reportText(bytes).next().value ?? "";
}

function refuseContainers(bytes: Buffer): void {
  const container = containers.find(([, magic]) => magic.every((byte, index) => bytes[index] === byte));
  if (container !== undefined) throw new Error(`it is ${container[0]}, not a report; unpack it first`);
}

/** Whether every byte is a letter of ASCII, which is the same in all encodings of one byte a letter and takes a fraction of the time to decode. */
function isPlain(bytes: Buffer, encoding: string): boolean {
  return !encoding.startsWith("utf-16") && isAscii(bytes);
}

function encodingOf(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first !== 0 && second === 0) return "utf-16le";
  if (first === 0 && second !== undefined && second !== 0) return "utf-16be";
  const head = bytes.subarray(0, 200).toString("latin1");
  const stated = /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]{0,100}?encoding=["']([A-Za-z0-9._-]{1,40})["']/.exec(head)?.[1];
  if (stated === undefined) return "utf-8";
  const encoding = stated.toLowerCase();
  // Text that has one byte a letter in its declaration is not in UTF-16, whatever it says.
  if (!encodings.has(encoding) || encoding.startsWith("utf-16")) {
    throw new Error(`it says that it is written in ${stated}, which is not read`);
  }
  return encoding;
}
