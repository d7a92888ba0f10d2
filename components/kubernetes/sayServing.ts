import type { Settings } from "../../config.ts";
import { sayAskedTraffic } from "../../project/askedTraffic.ts";
import { environmentIn, readLiveServices, sayLiveService } from "../../provider/kubernetes/liveServices.ts";
import { sentence } from "../../release/problem.ts";
import { servingFactsOf } from "./serving.ts";

/** One line for the head of a preview: what serves now, as read from what leads users, and what the settings make of it. */
export async function sayKubernetesServing(project: string, _stack: string, settings: Settings): Promise<string> {
  const names = Object.keys(settings.services).join(", ");
  const asked = sayAskedTraffic(settings);
  const facts = servingFactsOf(project, settings);
  if (facts === undefined) return `${names}: the settings ask for ${asked}`;
  try {
    // The client is large, and a busy machine takes its time to load it: the cluster's time begins afterwards.
    await import("../../provider/kubernetes/client.ts");
    const services = await readLiveServices(facts, AbortSignal.timeout(10_000));
    const read = `(read ${new Date().toISOString()})`;
    if (services.every(({ weights, live }) => weights === undefined && live.length === 0)) {
      return `${names}: nothing serves yet ${read}; the settings ask for ${asked}`;
    }
    const environment = environmentIn(services);
    if (environment !== undefined) {
      const kept = environment === settings.live && settings.share === 0;
      const change = kept ? "the settings keep that" : `the settings move traffic to ${asked}`;
      return `${names}: ${environment} serves ${read}; ${change}`;
    }
    return `${services.map(sayLiveService).join("; ")} ${read}; the settings ask for ${asked}`;
  } catch (error) {
    return `${names}: what serves could not be read (${sentence(error).split("\n")[0]}); the settings ask for ${asked}`;
  }
}
