import { setTimeout as pause } from "node:timers/promises";
import { type Informer, type KubeConfig, type KubernetesObject, makeInformer } from "@kubernetes/client-node";

/** Pause before a watch that broke is begun anew: an API server that restarts is not asked all the time. */
const restartMs = 200;

/**
 * Follows all objects of a collection by one watch, and tells each as it is now; what is gone is told as gone.
 * Returns when the first list is there.
 */
export async function watched<T extends KubernetesObject>(
  config: KubeConfig,
  path: string,
  list: () => Promise<{ items: T[]; metadata?: object }>,
  signal: AbortSignal,
  tell: (object: T, gone: boolean) => void,
): Promise<void> {
  const informer: Informer<T> = makeInformer<T>(config, path, list as Parameters<typeof makeInformer<T>>[2]);
  informer.on("add", (object) => tell(object, false));
  informer.on("update", (object) => tell(object, false));
  informer.on("delete", (object) => tell(object, true));
  const again = async (): Promise<void> => {
    await pause(restartMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted) await informer.start().catch(again);
  };
  informer.on("error", () => void again());
  signal.addEventListener("abort", () => void informer.stop(), { once: true });
  await informer.start();
}
