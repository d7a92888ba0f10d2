import { derivedItem } from "./derived.ts";

/** The seed's "Deploying without testing in staging". */
export const untestedInStaging = derivedItem({
  id: "anti-patterns/untested-in-staging",
  title: "Deploying without testing in staging",
  severity: "critical",
  unoverridable: false,
  from: ["infrastructure/staging", "infrastructure/staging-smoke"],
  rule: "This version was deployed to staging, and its smoke tests passed there.",
});
