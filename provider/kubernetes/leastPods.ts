import { abortable } from "./abortable.ts";
import type { Client } from "./client.ts";
import { scalers } from "./collections.ts";
import { type Asked, ask } from "./kubernetesProblem.ts";

/** The least pods that a HorizontalPodAutoscaler is to keep, by its name. */
export interface AskedLeast {
  readonly name: string;
  readonly least: number;
}

/** Whose write it is, in the object's managed fields. */
const manager = "greenlight";

/**
 * Writes the least pods of HorizontalPodAutoscalers where they are others. It is the least that is written and not the Deployment's
 * number: where nobody sends load, a scaler would take a higher number back within seconds.
 *
 * @param labels that all of them bear
 * @param only `raise` leaves alone what keeps more already
 * @returns a line for each that was written, with what was read back, and for each that is not there
 */
export async function writeLeastPods(
  client: Client,
  all: readonly AskedLeast[],
  {
    labels,
    only,
    signal,
    asked,
  }: { labels: Record<string, string>; only?: "raise"; signal: AbortSignal; asked: Asked },
): Promise<string[]> {
  const { items } = await ask(asked, () => abortable(scalers(client, labels).list(), signal));
  const says: string[] = [];
  for (const { name, least } of all) {
    const found = items.find(({ metadata }) => metadata?.name === name);
    if (found === undefined) {
      says.push(`there is no HorizontalPodAutoscaler ${name}: \`pulumi refresh\` and an update make it again`);
      continue;
    }
    const before = found.spec?.minReplicas ?? 1;
    if (before === least || (only === "raise" && before > least)) continue;
    const body = [{ op: "replace", path: "/spec/minReplicas", value: least }];
    const { autoscaling, namespace } = client;
    const { spec } = await ask(asked, () =>
      abortable(
        autoscaling.patchNamespacedHorizontalPodAutoscaler({ namespace, name, body, fieldManager: manager }),
        signal,
      ),
    );
    says.push(`${name} keeps at least ${spec?.minReplicas ?? 1} pods now, ${before} before`);
  }
  return says;
}
