import { z } from "zod";
import { item } from "../../item.ts";
import { byRecipients, deliveryFacts } from "./deliveries.ts";

const facts = z.strictObject({ recipients: z.array(z.string().max(300)).max(50), ...deliveryFacts });

/** The seed's "Team notified of deployment window". */
export const teamNotified = item({
  id: "communication/team",
  group: "communication",
  title: "Team notified of deployment window",
  severity: "medium",
  when: "review",
  unoverridable: false,
  rule: "The stack's journal has an announcement of kind team for this version, at most 7 days old and made before the deployment began, that reached at least one of those whom the manifest names in `communication.team`. Only what a channel answered counts.",
  mend: "`greenlight announce team <version>`, with the channel named in communication.team of the manifest",
  facts,
  judge: (it, judging) => byRecipients(it, judging, "communication.team", "team"),
});
