import type { ChecklistItem } from "../item.ts";
import { capacity } from "./infrastructure/capacity.ts";
import { endToEndTests } from "./tests/e2e.ts";
import { integrationTests } from "./tests/integration.ts";
import { performanceTests } from "./tests/performance.ts";
import { securityScans } from "./tests/security.ts";
import { unitTests } from "./tests/unit.ts";

/** The whole checklist, in the seed's order; items that rest on others come after them. */
export const checklistItems: readonly ChecklistItem[] = [
  unitTests,
  integrationTests,
  endToEndTests,
  performanceTests,
  securityScans,
  capacity,
];
