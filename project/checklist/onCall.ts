import { readOnCall } from "../../release/evidence/onCall/readOnCall.ts";
import type { Gatherers } from "./gathering.ts";
import { plainFacts } from "./plainFacts.ts";

/** Who is on call, by a schedule or by the manifest. */
export const onCall: Gatherers = {
  "communication/on-call": ({ manifest: { manifest }, evidence }) =>
    plainFacts({
      files: evidence.read(
        "communication/on-call",
        manifest.evidence["communication/on-call"]?.files ?? [],
        readOnCall,
      ),
      durationMs: manifest.duration,
      named: manifest.onCall,
    }),
};
