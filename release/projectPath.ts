import { isAbsolute, relative, resolve, sep } from "node:path";
import { exitCodes } from "./exitCodes.ts";
import { Problem } from "./problem.ts";

/** Whether a path is the folder itself or lies in it. Both absolute; pass real paths to see through symbolic links. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/**
 * The absolute path of something a manifest names, which must lie in the project folder.
 * Looks at the text only: a caller that opens it also compares real paths with {@link isInside}.
 *
 * @param projectDir absolute
 * @param manifestDir absolute, or relative to the project folder
 * @param where what names the path, for the error, such as `releases/v1.yaml: services.api.directory`
 * @throws Problem for a path that is empty, absolute, not plain text, or leaves the project folder
 */
export function resolveInside(projectDir: string, manifestDir: string, path: string, where?: string): string {
  const refuse = (why: string): never => {
    throw new Problem({
      happened: `The path ${JSON.stringify(path.slice(0, 200))} ${why}.`,
      ...(where === undefined ? {} : { where }),
      untouched: "Nothing was read or started.",
      next: "Name a path inside the project folder, relative to the manifest.",
      exitCode: exitCodes.usage,
    });
  };
  if (path.trim() === "") refuse("is empty");
  if (path.length > 1_000) refuse("is longer than 1000 characters");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(path)) refuse("contains a control character");
  if (path.includes("\\")) refuse("contains a backslash; paths are written with /");
  if (isAbsolute(path)) refuse("is absolute");
  const project = resolve(projectDir);
  const target = resolve(project, manifestDir, path);
  if (!isInside(project, target)) refuse(`leaves the project folder ${project}`);
  return target;
}
