import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import type { FigureName } from "../options.ts";
import { bundledStart } from "./bundledStart.ts";
import { checkLargeReports } from "./checkLargeReports.ts";
import { failedRequests } from "./failedRequests.ts";
import { junitReading } from "./junitReading.ts";
import { kubernetesComparison } from "./kubernetesComparison.ts";
import { oldSideLastAnswer } from "./oldSideLastAnswer.ts";
import { previewServices } from "./previewServices.ts";
import { previewWithPacks } from "./previewWithPacks.ts";
import { memory, rehearseFull, rehearseQuick } from "./rehearsal.ts";
import { switchUpdateRatio } from "./switchUpdateRatio.ts";
import { verdictToLastBadAnswer } from "./verdictToLastBadAnswer.ts";

export const measures: Readonly<Record<FigureName, (bench: Bench) => Promise<Figure>>> = {
  "bundled-start": bundledStart,
  "junit-reading": junitReading,
  "check-large-reports": checkLargeReports,
  "preview-with-packs": previewWithPacks,
  "preview-services": previewServices,
  "switch-update-ratio": switchUpdateRatio,
  "failed-requests": failedRequests,
  "verdict-to-last-bad-answer": verdictToLastBadAnswer,
  "old-side-last-answer": oldSideLastAnswer,
  "rehearse-quick": rehearseQuick,
  "rehearse-full": rehearseFull,
  memory,
  "kubernetes-comparison": kubernetesComparison,
};
