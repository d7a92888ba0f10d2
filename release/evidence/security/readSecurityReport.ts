import { readJson } from "../reportJson.ts";
import { firstText } from "../reportText.ts";
import { isCycloneDx, readCycloneDx } from "./cycloneDx.ts";
import type { SecurityFormat } from "./formats.ts";
import { isNpmAudit, readNpmAudit } from "./npmAudit.ts";
import { isSarif, readSarif } from "./sarif.ts";
import type { SecuritySummary } from "./summary.ts";
import { isTrivy, readTrivy } from "./trivy.ts";

/** In the order in which they are tried. */
const readers: Readonly<
  Record<SecurityFormat, { is: (it: object) => boolean; read: (it: object) => SecuritySummary }>
> = {
  sarif: { is: isSarif, read: readSarif },
  cycloneDx: { is: isCycloneDx, read: readCycloneDx },
  trivy: { is: isTrivy, read: readTrivy },
  npmAudit: { is: isNpmAudit, read: readNpmAudit },
};

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
    const reader = Object.values(readers).find(({ is }) => is(report));
    if (reader !== undefined) return reader.read(report);
  }
  throw new Error(unknown);
}
