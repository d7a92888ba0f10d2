import { readJson } from "../reportJson.ts";
import { firstText } from "../reportText.ts";
import { isCycloneDx, readCycloneDx } from "./cycloneDx.ts";
import { isNpmAudit, readNpmAudit } from "./npmAudit.ts";
import { isSarif, readSarif } from "./sarif.ts";
import type { SecuritySummary } from "./summary.ts";
import { isTrivy, readTrivy } from "./trivy.ts";

/**
 * Reads a security report, by what it holds, not by its name: SARIF 2.1, `npm audit --json`, Trivy's JSON, CycloneDX VEX.
 *
 * @throws Error with one sentence for anything else
 */
export function readSecurityReport(bytes: Buffer): SecuritySummary {
  const unknown =
    "it is no security report that is known: SARIF 2.1, npm audit's or Trivy's JSON, or CycloneDX VEX in JSON";
  if (!firstText(bytes).trimStart().startsWith("{")) throw new Error(unknown);
  const report = readJson(bytes);
  if (typeof report === "object" && report !== null) {
    if (isSarif(report)) return readSarif(report);
    if (isCycloneDx(report)) return readCycloneDx(report);
    if (isTrivy(report)) return readTrivy(report);
    if (isNpmAudit(report)) return readNpmAudit(report);
  }
  throw new Error(unknown);
}
