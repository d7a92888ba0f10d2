import type { EvidenceFormat } from "../format.ts";

/** Security reports that are read; the readers are kept by the same keys. */
export const securityFormats = {
  sarif: { tool: "semgrep, CodeQL, Trivy, Bandit and whatever else writes SARIF", file: "SARIF 2.1" },
  cycloneDx: { tool: "whatever writes CycloneDX", file: "CycloneDX VEX in JSON: what it clears, and what it finds" },
  trivy: { tool: "Trivy", file: "JSON of `--format json`" },
  npmAudit: { tool: "npm", file: "JSON of `npm audit --json`" },
} as const satisfies Readonly<Record<string, EvidenceFormat>>;
export type SecurityFormat = keyof typeof securityFormats;
