/** `npm audit --json` of a large tree: moderate and low advisories, about 700 bytes a package. */
export function npmAuditReport(packages: number): string {
  const vulnerabilities = Object.fromEntries(
    Array.from({ length: packages }, (_, at) => [nameOf(at), vulnerability(at)]),
  );
  const moderate = Math.ceil(packages / 2);
  return JSON.stringify(
    {
      auditReportVersion: 2,
      vulnerabilities,
      metadata: {
        vulnerabilities: { info: 0, low: packages - moderate, moderate, high: 0, critical: 0, total: packages },
        dependencies: { prod: packages, dev: 900, optional: 40, peer: 0, peerOptional: 0, total: packages + 939 },
      },
    },
    null,
    2,
  );
}

const nameOf = (number: number) => `package-${number}`;

function vulnerability(number: number): object {
  const severity = number % 2 === 0 ? "moderate" : "low";
  return {
    name: nameOf(number),
    severity,
    isDirect: number % 40 === 0,
    via: [
      {
        source: 1_000_000 + number,
        name: nameOf(number),
        dependency: nameOf(number),
        title: `Slow regular expression in ${nameOf(number)}`,
        url: `https://github.com/advisories/GHSA-${number.toString(36).padStart(4, "a")}-bench-made`,
        severity,
        cwe: ["CWE-400", "CWE-1333"],
        cvss: { score: number % 2 === 0 ? 5.3 : 3.1, vectorString: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L" },
        range: "<2.3.4",
      },
    ],
    effects: [],
    range: "<2.3.4",
    nodes: [`node_modules/${nameOf(number)}`],
    fixAvailable: true,
  };
}
