import type { ChecklistItem } from "../item.ts";
import { bigBang } from "./anti-patterns/bigBang.ts";
import { endOfDay } from "./anti-patterns/endOfDay.ts";
import { knownIssues } from "./anti-patterns/knownIssues.ts";
import { noBackup } from "./anti-patterns/noBackup.ts";
import { noRollbackPlan } from "./anti-patterns/noRollbackPlan.ts";
import { untestedInStaging } from "./anti-patterns/untestedInStaging.ts";
import { unwatched } from "./anti-patterns/unwatched.ts";
import { bugs } from "./code/bugs.ts";
import { documentation } from "./code/documentation.ts";
import { features } from "./code/features.ts";
import { review } from "./code/review.ts";
import { securityReview } from "./code/securityReview.ts";
import { onCall } from "./communication/onCall.ts";
import { stakeholdersInformed } from "./communication/stakeholders.ts";
import { statusPageUpdated } from "./communication/statusPage.ts";
import { teamNotified } from "./communication/team.ts";
import { backup } from "./database/backup.ts";
import { compatible } from "./database/compatible.ts";
import { migrationReview } from "./database/review.ts";
import { rollbackScript } from "./database/rollbackScript.ts";
import { briefing } from "./day/briefing.ts";
import { systemHealth } from "./day/health.ts";
import { merged } from "./day/merged.ts";
import { runbook } from "./day/runbook.ts";
import { tag } from "./day/tag.ts";
import { changeWindow } from "./day/window.ts";
import { capacity } from "./infrastructure/capacity.ts";
import { monitoring } from "./infrastructure/monitoring.ts";
import { rollback } from "./infrastructure/rollback.ts";
import { staging } from "./infrastructure/staging.ts";
import { stagingSmoke } from "./infrastructure/stagingSmoke.ts";
import { endToEndTests } from "./tests/e2e.ts";
import { integrationTests } from "./tests/integration.ts";
import { performanceTests } from "./tests/performance.ts";
import { securityScans } from "./tests/security.ts";
import { unitTests } from "./tests/unit.ts";

/** The whole checklist, in the deployment workflow's order; items that rest on others come after them. */
export const checklistItems: readonly ChecklistItem[] = [
  features,
  review,
  securityReview,
  bugs,
  documentation,
  unitTests,
  integrationTests,
  endToEndTests,
  performanceTests,
  securityScans,
  staging,
  stagingSmoke,
  capacity,
  monitoring,
  rollback,
  migrationReview,
  compatible,
  rollbackScript,
  backup,
  teamNotified,
  stakeholdersInformed,
  statusPageUpdated,
  onCall,
  changeWindow,
  systemHealth,
  briefing,
  merged,
  tag,
  runbook,
  untestedInStaging,
  noRollbackPlan,
  endOfDay,
  unwatched,
  bigBang,
  noBackup,
  knownIssues,
];
