import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { abortable } from "./abortable.ts";
import type { KubernetesAccess } from "./facts.ts";
import { ask, statusOf } from "./kubernetesProblem.ts";

/**
 * Asks whether the namespace is there. In another cluster it is not, which looks as if nothing had been deployed yet: an API server lists
 * what is in a namespace that it does not have as nothing.
 *
 * @throws Problem where it is not there, and when the cluster does not say
 */
export async function requireNamespace(access: KubernetesAccess, signal: AbortSignal): Promise<void> {
  const { openClient } = await import("./client.ts");
  const client = openClient(access);
  const name = access.namespace;
  const asked = {
    doing: `tell whether there is a namespace ${name}`,
    where: client.where,
    untouched: "Nothing was changed.",
  };
  await ask(asked, async () => {
    try {
      await abortable(client.core.readNamespace({ name }), signal);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      throw new Problem({
        happened: `The cluster has no namespace ${name}.`,
        where: client.where,
        untouched: asked.untouched,
        next: "name the right cluster in greenlight:kubernetes.context, or create the namespace",
        exitCode: exitCodes.usage,
      });
    }
  });
}
