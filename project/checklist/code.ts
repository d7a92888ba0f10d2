import { shown } from "../../release/evidence/shown.ts";
import { gatherDocumentation } from "./documentation.ts";
import type { Gatherers } from "./gathering.ts";
import { plainFacts } from "./plainFacts.ts";
import { gatherReview, gatherSecurityReview } from "./review.ts";

/** Facts of the code group: exports of issues, reviews, and what git has in the released commit. */
export const code: Gatherers = {
  "code/features": async ({ manifest: { manifest }, evidence }) => {
    const { issues, features } = manifest;
    const own = manifest.evidence["code/features"]?.files;
    // One export of all issues serves both items.
    const item = own === undefined ? "code/bugs" : "code/features";
    const files = own ?? manifest.evidence["code/bugs"]?.files ?? [];
    return plainFacts({
      features: features.filter((it) => /\p{L}|\p{N}/u.test(it)).length,
      issues: issues.map((it) => shown(it)),
      files: issues.length === 0 ? [] : await evidence.readAside(item, files, "issues", issues),
    });
  },
  "code/review": async (it) => plainFacts(await gatherReview(it)),
  "code/security-review": async (it) => plainFacts(await gatherSecurityReview(it)),
  "code/bugs": async ({ manifest: { manifest }, evidence }) =>
    plainFacts({
      files: await evidence.readAside("code/bugs", manifest.evidence["code/bugs"]?.files ?? [], "issues"),
    }),
  "code/documentation": gatherDocumentation,
};
