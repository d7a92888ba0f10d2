import { readPerformanceReport } from "../../release/evidence/performance/readPerformanceReport.ts";
import { readSecurityReport } from "../../release/evidence/security/readSecurityReport.ts";
import { readTestReport } from "../../release/evidence/tests/readTestReport.ts";
import type { Gatherer, Gatherers } from "./gathering.ts";
import { plainFacts } from "./plainFacts.ts";

/** Reads the reports that the manifest names for the group of the tests. */
export const tests: Gatherers = {
  "tests/unit": testReports("tests/unit"),
  "tests/integration": testReports("tests/integration"),
  "tests/e2e": testReports("tests/e2e"),
  "tests/performance": ({ manifest, evidence }) => {
    const plan = manifest.manifest.evidence["tests/performance"];
    const files = evidence.read("tests/performance", plan?.files ?? [], readPerformanceReport);
    return plainFacts({ files, targets: plan?.targets });
  },
  "tests/security": ({ manifest, evidence }) => {
    const plan = manifest.manifest.evidence["tests/security"];
    const files = evidence.read("tests/security", plan?.files ?? [], readSecurityReport);
    return plainFacts({ files, accepted: plan?.accepted ?? [] });
  },
};

function testReports(id: "tests/unit" | "tests/integration" | "tests/e2e"): Gatherer {
  return ({ manifest, evidence }) => {
    const plan = manifest.manifest.evidence[id];
    const files = evidence.read(id, plan?.files ?? [], readTestReport);
    return plainFacts({ files, skipped: plan?.skipped ?? [] });
  };
}
