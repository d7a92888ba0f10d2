const rules = 400;

/** SARIF 2.1 as semgrep writes it: rules with their help, results with snippet and fingerprint, notes and warnings. About 900 bytes each. */
export function sarifReport(results: number, at: Date): string {
  return JSON.stringify({
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        invocations: [{ executionSuccessful: true, endTimeUtc: at.toISOString(), toolExecutionNotifications: [] }],
        tool: {
          driver: {
            name: "Semgrep OSS",
            semanticVersion: "1.100.0",
            rules: Array.from({ length: rules }, (_, at) => rule(at)),
          },
        },
        results: Array.from({ length: results }, (_, at) => result(at)),
      },
    ],
  });
}

const ruleId = (number: number) => `javascript.lang.correctness.rule-${number % rules}`;

function rule(number: number): object {
  const text = `Rule ${number}: a value from outside is used where another kind of value is expected. Check it before it is used.`;
  return {
    id: ruleId(number),
    name: ruleId(number),
    defaultConfiguration: { level: number % 3 === 0 ? "note" : "warning" },
    shortDescription: { text: `Semgrep Finding: ${ruleId(number)}` },
    fullDescription: { text },
    help: { text, markdown: `${text}\n\n<b>References:</b>\n - [Documentation](https://semgrep.dev/docs)\n` },
    properties: { precision: "very-high", tags: ["CWE-704: Incorrect Type Conversion", "MEDIUM CONFIDENCE"] },
  };
}

function result(number: number): object {
  const line = 1 + (number % 900);
  return {
    ruleId: ruleId(number),
    message: { text: `Rule ${number % rules}: a value from outside is used where another kind of value is expected.` },
    fingerprints: { "matchBasedId/v1": `${number.toString(16).padStart(64, "0")}_0` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: `src/orders/part${number % 700}/handler.ts`, uriBaseId: "%SRCROOT%" },
          region: {
            startLine: line,
            endLine: line + 2,
            startColumn: 3,
            endColumn: 41,
            snippet: {
              text: `  const order = await orders.find(request.params.id);\n  const total = order.lines.reduce((sum, it) => sum + it.price, 0);\n  response.json({ total, order: order.id });`,
            },
          },
        },
      },
    ],
    properties: {},
  };
}
