import { z } from "zod";
import { namesItsContent, releasePrefix } from "../../../release/frontend/fileHeaders.ts";
import { Problem } from "../../../release/problem.ts";
import { handler, type Step } from "../../handler.ts";
import { ask } from "../awsProblem.ts";
import type { BuiltFile } from "./files.ts";

const inputs = z.strictObject({
  region: z.string(),
  bucket: z.string(),
  version: z.string(),
  /** Absolute. */
  folder: z.string(),
  /** Of all that is in the folder. */
  digest: z.string(),
  /** File that is served for a folder. */
  index: z.string(),
  /** What the other environment has: pages of either that are open during a switch find their parts in both. */
  beside: z.strictObject({ version: z.string(), folder: z.string() }).optional(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  readonly files: number;
  /** MD5 of the index, by which it is known from outside. */
  readonly indexEtag: string;
}

/**
 * The files of a release, under a prefix of its own that is written once: every object that is there is what was built, as read back.
 * A prefix with something else in it is refused, never overwritten: users may be served from it. Files whose names hold a digest are put
 * into the other environment's prefix too, and that one's into this: to add such a file changes nothing that is served.
 */
export const frontendFiles = handler<Inputs, Outputs>({
  inputs,
  remarks: ["region", "folder", "beside"],
  async create(step, it) {
    return { id: `${it.bucket}/${it.version}`, outputs: await upload(step, it) };
  },
  async update(step, _, __, news) {
    return upload(step, news);
  },
  async delete() {
    // What is not served any more expires: whoever has its page open still asks for its parts.
  },
});

async function upload(step: Step, it: Inputs): Promise<Outputs> {
  const [{ builtFiles }, { listObjects, putFile }, { storageClient }] = await Promise.all([
    import("./files.ts"),
    import("./bucket.ts"),
    import("../clients.ts"),
  ]);
  const files = await builtFiles(it.folder, it.index);
  const others = it.beside === undefined ? [] : await builtFiles(it.beside.folder, it.index);
  const lasting = (all: readonly BuiltFile[]) => all.filter(({ path }) => namesItsContent(path));
  const prefix = releasePrefix(it.version);
  const asked = { where: `s3://${it.bucket}/${prefix}`, untouched: "What users are served was left as it is." };
  const client = storageClient(it.region);
  const list = () =>
    ask({ ...asked, doing: "list the release's files" }, () => listObjects(client, it.bucket, prefix, step.signal));
  try {
    const wanted = new Map(files.map((file) => [`${prefix}${file.path}`, file]));
    const there = new Map((await list()).map(({ key, etag }) => [key, etag]));
    const strange = [...there].filter(
      ([key, etag]) => wanted.get(key)?.etag !== etag && (wanted.has(key) || !namesItsContent(key)),
    );
    if (strange.length > 0) {
      throw new Problem({
        happened: `The prefix of ${it.version} holds something else than was built: ${strange[0]?.[0]}${strange.length > 1 ? ` and ${strange.length - 1} more` : ""}.`,
        ...asked,
        next: "a version is built once: give what was built now a version of its own",
      });
    }
    const put = (key: string, file: BuiltFile) =>
      ask({ ...asked, doing: `take ${key}` }, () => putFile(client, it.bucket, key, file, step.signal));
    const missing = [...wanted].filter(([key]) => !there.has(key));
    for (const [key, file] of missing) await put(key, file);
    for (const file of lasting(others)) {
      if (!wanted.has(`${prefix}${file.path}`)) await put(`${prefix}${file.path}`, file);
    }
    if (it.beside !== undefined) {
      const known = new Set(others.map(({ path }) => path));
      const added = lasting(files).filter(({ path }) => !known.has(path));
      for (const file of added) await put(`${releasePrefix(it.beside.version)}${file.path}`, file);
    }
    if (missing.length > 0) step.tell(`uploaded ${missing.length} files of ${it.version}`);
    const now = new Map((await list()).map(({ key, etag }) => [key, etag]));
    const odd = [...wanted].filter(([key, { etag }]) => now.get(key) !== etag).map(([key]) => key);
    if (odd.length > 0) {
      throw new Problem({
        happened: `What is in the bucket is not what was uploaded: ${odd[0]}.`,
        ...asked,
        next: "run the update again",
      });
    }
    return { files: files.length, indexEtag: wanted.get(`${prefix}${it.index}`)?.etag ?? "" };
  } finally {
    client.destroy();
  }
}
