import { z } from "zod";
import { item } from "../../item.ts";
import { byRecipients, deliveryFacts } from "./deliveries.ts";

const facts = z.strictObject({ recipients: z.array(z.string().max(300)).max(50), ...deliveryFacts });

/** The seed's "Stakeholders informed". */
export const stakeholdersInformed = item({
  id: "communication/stakeholders",
  group: "communication",
  title: "Stakeholders informed",
  severity: "medium",
  when: "review",
  unoverridable: false,
  rule: "The stack's journal has an announcement of kind stakeholders for this version, at most 7 days old and made before the deployment began, that reached at least one of those whom the manifest names in `communication.stakeholders`. Only what a channel answered counts.",
  mend: "`greenlight announce stakeholders <version>`, with the channel named in communication.stakeholders of the manifest",
  facts,
  judge: (it, judging) => byRecipients(it, judging, "communication.stakeholders", "stakeholders"),
});
