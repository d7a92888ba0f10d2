import { readAlarms } from "../../../provider/local/alarms.ts";
import { Problem } from "../../../release/problem.ts";
import type { Thresholds } from "../../../release/thresholds.ts";

/** The thresholds that are armed in a stack's folder; without armed alarms nothing can be judged. */
export function thresholdsInForce(dir: string): Thresholds {
  const armed = readAlarms(dir);
  if (armed !== undefined) return armed.thresholds;
  throw new Problem({
    happened: "No alarms are armed, so nothing can be judged.",
    where: dir,
    untouched: "Nothing was changed.",
    next: "run `pulumi up`: it arms them from the setting greenlight:thresholds",
  });
}
