import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Where a backend keeps its state on this machine; undefined for one elsewhere. Pulumi takes `file://~`, `file:///folder` and a path relative
 * to the project, as in `file://./state`.
 *
 * @param url PULUMI_BACKEND_URL
 * @param project folder of Pulumi.yaml
 */
export function backendFolder(url: string | undefined, project: string): string | undefined {
  const path = /^file:\/\/(.*)$/.exec(url ?? "")?.[1];
  if (path === undefined) return undefined;
  if (path === "~" || path.startsWith("~/")) return join(homedir(), path.slice(1));
  return path.startsWith("/") ? fileURLToPath(`file://${path}`) : join(project, path);
}

/** The file in which such a backend keeps a stack's state, there or not; undefined for a backend elsewhere. */
export function stateFile(
  url: string | undefined,
  it: { readonly project: string; readonly projectName: string; readonly stack: string },
): string | undefined {
  const root = backendFolder(url, it.project);
  return root === undefined ? undefined : join(root, ".pulumi", "stacks", it.projectName, `${it.stack}.json`);
}
