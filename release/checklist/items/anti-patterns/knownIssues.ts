import { derivedItem } from "./derived.ts";

/** The seed's "Deploying with known issues". */
export const knownIssues = derivedItem({
  id: "anti-patterns/known-issues",
  title: "Deploying with known issues",
  severity: "critical",
  unoverridable: false,
  from: ["code/bugs", "tests/unit", "tests/integration", "tests/e2e", "tests/performance", "tests/security"],
  rule: "No critical or high bug is open, and every test passes.",
});
