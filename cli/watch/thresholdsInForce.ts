import { readAlarms } from "../../provider/local/alarms.ts";
import { Problem } from "../../release/problem.ts";
import type { Thresholds } from "../../release/thresholds.ts";
import type { Context } from "../context.ts";

/** The thresholds that are armed on the platform; a stack without armed alarms cannot be judged. */
export function thresholdsInForce(context: Context): Thresholds {
  const armed = readAlarms(context.dir);
  if (armed !== undefined) return armed.thresholds;
  throw new Problem({
    happened: "No alarms are armed, so nothing can be judged.",
    where: context.dir,
    untouched: "Nothing was changed.",
    next: "run `pulumi up`: it arms them from the setting greenlight:thresholds",
  });
}
