import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type FileHeaders, fileHeaders } from "../../../release/frontend/fileHeaders.ts";
import { Problem } from "../../../release/problem.ts";

/** A file of a release's frontend. */
export interface BuiltFile extends FileHeaders {
  /** Below the folder, with `/`. */
  readonly path: string;
  readonly bytes: Buffer;
  /** MD5 in hex: what S3 calls an object's ETag when it was put in one piece and without a key of KMS. */
  readonly etag: string;
}

/** Reads what was built. @throws Problem for a folder without the index, or with a file of no known type */
export async function builtFiles(folder: string, index: string): Promise<BuiltFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((it) => it.isFile())
    .map((it) => join(it.parentPath, it.name))
    .sort();
  const unknown = names.filter((name) => fileHeaders(name) === undefined);
  const untouched = "Nothing was uploaded.";
  if (!names.includes(join(folder, index))) {
    throw new Problem({ happened: `The frontend has no ${index}.`, where: folder, untouched, next: "build it there" });
  }
  if (unknown.length > 0) {
    throw new Problem({
      happened: `What type these files are is not known: ${unknown
        .slice(0, 5)
        .map((it) => relative(folder, it))
        .join(", ")}.`,
      where: folder,
      untouched,
      next: "leave them out of the build, or give them a name that ends as their type does",
    });
  }
  return Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(name);
      const headers = fileHeaders(name) as FileHeaders;
      const path = relative(folder, name).split(sep).join("/");
      return { ...headers, path, bytes, etag: createHash("md5").update(bytes).digest("hex") };
    }),
  );
}
