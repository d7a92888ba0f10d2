import type { Settings } from "../../config.ts";
import type { BakeSourceOn } from "../../provider/gates/bakeSource.ts";
import { other } from "../../release/environment.ts";
import { servingFactsOf } from "./serving.ts";
import { watchFactsOf } from "./watching.ts";

/** Who tells what users are answered, and what the side is heard by that was given traffic last. */
export function bakeSourceOf(stack: string, settings: Settings): BakeSourceOn<"aws"> {
  const serving = servingFactsOf(stack, settings);
  if (serving === undefined) throw new Error("greenlight:aws is missing");
  const { live, share } = settings;
  const { noGo, silence, database } = watchFactsOf(stack, settings, share > 0 ? other(live) : live);
  const watching = { noGo, silence: [...silence], ...(database === undefined ? {} : { database }) };
  return { platform: "aws", serving, watching, byItself: settings.aws?.rollback !== undefined };
}
