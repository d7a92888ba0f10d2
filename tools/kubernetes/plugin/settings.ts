import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import type { Bag, Failure } from "../../plugin/provider.ts";

const flag = z.union([z.boolean(), z.stringbool()]);

/** The provider's own settings, by their official names; what is not here is refused. */
const settingsSchema = z.strictObject({
  /** A path, or the content itself. */
  kubeconfig: z.string().min(1).optional(),
  context: z.string().min(1).optional(),
  cluster: z.string().min(1).optional(),
  namespace: z.string().min(1).optional(),
  enableServerSideApply: flag.refine((on) => on, "the stand-in knows server-side apply only").optional(),
  suppressDeprecationWarnings: flag.optional(),
  // The engine's own.
  version: z.string().optional(),
  pluginDownloadURL: z.string().optional(),
});

export interface Settings {
  readonly config: KubeConfig;
  /** Where an object lies that names no namespace. */
  readonly namespace: string;
}

/** A sentence for each thing that is wrong with the provider's settings. */
export function wrongSettings(given: Bag): Failure[] {
  const parsed = settingsSchema.safeParse(plain(given));
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => ({ property: issue.path.map(String).join("."), reason: issue.message }));
}

/**
 * The cluster of the settings, else of KUBECONFIG, else of ~/.kube/config.
 *
 * @throws Error where there is none, or its API server is not on loopback: a stand-in must never reach a real cluster.
 */
export function settingsFrom(given: Bag, env: NodeJS.ProcessEnv): Settings {
  const it = settingsSchema.parse(plain(given));
  const config = new KubeConfig();
  const files = filesOf(it.kubeconfig, env);
  if (it.kubeconfig !== undefined && files.length === 0) config.loadFromString(it.kubeconfig);
  for (const [index, file] of files.entries()) {
    if (index === 0) {
      config.loadFromFile(file);
      continue;
    }
    const more = new KubeConfig();
    more.loadFromFile(file);
    config.mergeConfig(more, true);
  }
  if (config.clusters === undefined || config.clusters.length === 0) {
    throw new Error("No cluster: set kubernetes:kubeconfig, or KUBECONFIG.");
  }
  if (it.context !== undefined) {
    if (config.getContextObject(it.context) === null) {
      const known = config.contexts.map(({ name }) => name).join(", ");
      throw new Error(`The kubeconfig knows no context ${it.context}; it knows ${known}.`);
    }
    config.setCurrentContext(it.context);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("The kubeconfig's current context names no cluster.");
  if (it.cluster !== undefined && it.cluster !== cluster.name) {
    throw new Error(
      `The current context is for the cluster ${cluster.name}, and kubernetes:cluster says ${it.cluster}.`,
    );
  }
  if (!/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(new URL(cluster.server).hostname)) {
    throw new Error(`${cluster.server} is not on this machine. ${onlyLoopback}`);
  }
  const namespace = it.namespace ?? config.getContextObject(config.getCurrentContext())?.namespace ?? "default";
  return { config, namespace };
}

export const useOfficial = "Install the official plugin: pulumi plugin install resource kubernetes";
export const onlyLoopback =
  "Greenlight's stand-in for the kubernetes plugin speaks to API servers on loopback only; for a real cluster install the " +
  "official plugin: pulumi plugin install resource kubernetes";

/** Files to read; none where the setting is no path but the content. */
function filesOf(kubeconfig: string | undefined, env: NodeJS.ProcessEnv): string[] {
  if (kubeconfig !== undefined) {
    if (/[\n{]/.test(kubeconfig)) return [];
    const path = resolve(kubeconfig.replace(/^~(?=\/)/, env.HOME ?? homedir()));
    if (existsSync(path)) return [path];
    throw new Error(`There is no kubeconfig ${path}.`);
  }
  if (env.KUBECONFIG !== undefined && env.KUBECONFIG !== "") {
    return env.KUBECONFIG.split(delimiter)
      .filter((path) => path !== "")
      .map((path) => resolve(path))
      .filter((path) => existsSync(path));
  }
  return [join(env.HOME ?? homedir(), ".kube", "config")].filter((path) => existsSync(path));
}

function plain(given: Bag): Bag {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );
}
