import { relative, sep } from "node:path";
import type { Git } from "../git.ts";

/** A file of a folder as a commit has it. */
export interface CommittedFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

const mostFiles = 10_000;
const largest = 5_000_000;
const chunk = { files: 200, bytes: 8_000_000 };

interface Entry {
  readonly path: string;
  readonly object: string;
  readonly bytes: number;
}

/**
 * Files of a folder as a commit has them; none when the commit does not have the folder.
 *
 * @param folder absolute, in the project
 * @param wanted which paths, relative to the folder, are read
 * @throws Error when git does not tell, or for a file that is no plain text of at most 5 MB
 */
export async function folderAt(
  git: Git,
  commit: string,
  project: string,
  folder: string,
  wanted: (path: string) => boolean,
): Promise<CommittedFile[]> {
  const from = relative(project, folder).split(sep).join("/") || ".";
  const said = await git.ask("ls-tree", "-r", "-l", "-z", commit, "--", from === "." ? "." : `${from}/`);
  if (said === undefined) {
    throw new Error(`git does not have commit ${commit.slice(0, 12)} here: fetch the whole history`);
  }
  const prefix = from === "." ? "" : `${from}/`;
  const entries = said
    .split("\0")
    .flatMap((line) => entryOf(line, prefix) ?? [])
    .filter(({ path }) => wanted(path));
  if (entries.length > mostFiles) throw new Error(`${from} holds more than ${mostFiles} files`);
  const files: CommittedFile[] = [];
  for (const part of chunks(entries)) files.push(...(await contents(git, part)));
  return files;
}

function entryOf(line: string, prefix: string): Entry | undefined {
  const [, mode, object = "", size, path = ""] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t(.+)$/s.exec(line) ?? [];
  if (mode === undefined || !path.startsWith(prefix)) return undefined;
  const name = path.slice(prefix.length);
  if (mode === "120000") throw new Error(`${name} is a symbolic link in git and cannot be compared`);
  return size === "-" ? undefined : { path: name, object, bytes: Number(size) };
}

function chunks(entries: readonly Entry[]): Entry[][] {
  const all: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (entry.bytes > largest) throw new Error(`${entry.path} is larger than 5 MB`);
    const open = all.at(-1);
    bytes += entry.bytes;
    if (open === undefined || open.length >= chunk.files || bytes > chunk.bytes) {
      all.push([entry]);
      bytes = entry.bytes;
    } else open.push(entry);
  }
  return all;
}

/** Several files by one question: git gives them one after the other, and each one's size is known. */
async function contents(git: Git, entries: readonly Entry[]): Promise<CommittedFile[]> {
  const said = await git.ask("show", ...entries.map(({ object }) => object));
  if (said === undefined) throw new Error("git does not tell what the released migrations hold");
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  // A last line break is not given.
  const text = Buffer.byteLength(said) === total - 1 ? `${said}\n` : said;
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length !== total) throw new Error("a released migration is not UTF-8 text");
  let at = 0;
  return entries.map(({ path, bytes: length }) => {
    const content = bytes.subarray(at, at + length).toString("utf8");
    at += length;
    return { path, text: content };
  });
}
