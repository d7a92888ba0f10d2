import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { zipSync } from "fflate";
import { z } from "zod";

const signatureKey = "4dabf18193072939515e22adb298388d";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";

/** A file or text of the program, as it comes over the wire; the engine adds the hash of its content. */
export const assetSchema = z.looseObject({
  [signatureKey]: z.literal(assetSignature),
  hash: z.string().optional(),
  path: z.string().optional(),
  text: z.string().optional(),
});
export type WireAsset = z.infer<typeof assetSchema>;

/** Several files, or a zip that is there already. */
export const archiveSchema = z.looseObject({
  [signatureKey]: z.literal(archiveSignature),
  hash: z.string().optional(),
  path: z.string().optional(),
  assets: z.record(z.string(), assetSchema).optional(),
});
export type WireArchive = z.infer<typeof archiveSchema>;

/** Two assets are the same when their content is, wherever it lies. */
export function sameContent(a: unknown, b: unknown): boolean {
  const hashed = z.looseObject({ hash: z.string().min(1) });
  const [left, right] = [hashed.safeParse(a), hashed.safeParse(b)];
  return left.success && right.success && left.data.hash === right.data.hash;
}

export async function bytesOf({ text, path }: WireAsset): Promise<Uint8Array> {
  if (text !== undefined && text !== "") return Buffer.from(text, "utf8");
  if (path !== undefined) return await readFile(fromProgram(path));
  if (text !== undefined) return new Uint8Array();
  throw new Error(
    "Greenlight's stand-in for the aws plugin takes assets that are text or a file, no address on the network.",
  );
}

export async function zipOf({ assets, path }: WireArchive): Promise<Uint8Array> {
  if (assets !== undefined) {
    const files: Record<string, Uint8Array> = {};
    for (const [name, asset] of Object.entries(assets)) files[name] = await bytesOf(asset);
    return zip(files);
  }
  if (path === undefined) throw new Error("An archive needs files or a path.");
  const at = fromProgram(path);
  return (await stat(at)).isDirectory() ? zip(await filesIn(at)) : await readFile(at);
}

async function filesIn(folder: string): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const full = join(entry.parentPath, entry.name);
    files[full.slice(folder.length + 1)] = await readFile(full);
  }
  return files;
}

/** The same bytes for the same files, whenever it is made. */
function zip(files: Record<string, Uint8Array>): Uint8Array {
  const sorted = Object.keys(files)
    .sort()
    .map((name) => [name, files[name] ?? new Uint8Array()] as const);
  return zipSync(Object.fromEntries(sorted), { mtime: new Date("1980-01-02T00:00:00") });
}

/** The engine starts a provider in the program's folder. */
function fromProgram(path: string): string {
  return resolve(path);
}
