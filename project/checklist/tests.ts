import type { Gatherer, Gatherers } from "./gathering.ts";
import { plainFacts } from "./plainFacts.ts";

/** Reads the reports that the manifest names for the group of the tests. */
export const tests: Gatherers = {
  "tests/unit": testReports("tests/unit"),
  "tests/integration": testReports("tests/integration"),
  "tests/e2e": testReports("tests/e2e"),
  "tests/performance": async ({ manifest, evidence }) => {
    const plan = manifest.manifest.evidence["tests/performance"];
    const files = await evidence.readAside("tests/performance", plan?.files ?? [], "performance");
    return plainFacts({ files, targets: plan?.targets });
  },
  "tests/security": async ({ manifest, evidence }) => {
    const plan = manifest.manifest.evidence["tests/security"];
    const files = await evidence.readAside("tests/security", plan?.files ?? [], "security");
    return plainFacts({ files, accepted: plan?.accepted ?? [] });
  },
};

function testReports(id: "tests/unit" | "tests/integration" | "tests/e2e"): Gatherer {
  return async ({ manifest, evidence }) => {
    const plan = manifest.manifest.evidence[id];
    const files = await evidence.readAside(id, plan?.files ?? [], "tests");
    return plainFacts({ files, skipped: plan?.skipped ?? [] });
  };
}
