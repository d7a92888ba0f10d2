import { z } from "zod";
import { spokenDuration } from "../../../duration.ts";
import { fail, item, notApplicable, pass } from "../../item.ts";
import { deliveryFacts, evidenceOf, weigh } from "./deliveries.ts";

const instant = z.iso.datetime({ offset: true });
const facts = z.strictObject({
  downtime: z.strictObject({ from: instant, until: instant }).optional(),
  ...deliveryFacts,
  /** Recipients that were told of other times than those of the manifest. */
  outdated: z.array(z.string().max(300)).max(100),
});

/** The seed's "Status page updated (if maintenance)". */
export const statusPageUpdated = item({
  id: "communication/status-page",
  group: "communication",
  title: "Status page updated (if maintenance)",
  severity: "medium",
  when: "review",
  unoverridable: false,
  rule: "Where the manifest plans a `downtime`, the stack's journal has an announcement of kind status-page for this version and for those very times, at most 7 days old and made before the deployment began, that reached a channel. Without planned downtime it is not applicable.",
  mend: "`greenlight announce status-page <version>`; with --again once the planned downtime has changed",
  facts,
  judge(it, judging) {
    const { downtime, deliveries, outdated } = it;
    if (downtime === undefined) return notApplicable("the manifest plans no downtime");
    if (deliveries.length === 0) return fail(`the journal has no maintenance announced for ${judging.version}`);
    const { good, refusals } = weigh(it, judging);
    const current = good.filter(({ to }) => !outdated.includes(to));
    const latest = current.at(-1);
    if (latest !== undefined) {
      const ago = spokenDuration(Math.max(0, judging.now.getTime() - Date.parse(latest.at)));
      return pass(
        `${latest.to} has the maintenance from ${downtime.from} to ${downtime.until} since ${ago}`,
        evidenceOf(current),
      );
    }
    const old = good.map(({ to }) => `${to} has other times than the manifest's ${downtime.from} to ${downtime.until}`);
    return fail([...old, ...refusals].slice(0, 5).join("; "), evidenceOf(deliveries));
  },
});
