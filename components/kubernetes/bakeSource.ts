import type { Settings } from "../../config.ts";
import type { BakeSourceOn } from "../../provider/gates/bakeSource.ts";
import { servingFactsOf, switchedServicesOf } from "./serving.ts";
import { watchFactsOf } from "./watching.ts";

/** Who tells what users are answered. The settings refuse a bake where nobody does. @param project absolute folder */
export function bakeSourceOf(project: string, settings: Settings): BakeSourceOn<"kubernetes"> {
  const { kubernetes } = settings;
  const serving = servingFactsOf(project, settings);
  const watching = watchFactsOf(project, settings);
  if (kubernetes === undefined || serving === undefined || watching === undefined) {
    throw new Error("greenlight:kubernetes.prometheus is missing");
  }
  const pods = switchedServicesOf(settings, kubernetes).map(({ service, blue, green }) => ({ service, blue, green }));
  return { platform: "kubernetes", serving, pods, watching };
}
