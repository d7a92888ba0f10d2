/** Test cases of one file, as vitest groups them. */
const inOneSuite = 25;

/** JUnit XML as vitest writes it, all passed: about 300 bytes a test, every tenth with what it printed. */
export function junitReport(tests: number, at: Date): string {
  const suites = Math.ceil(tests / inOneSuite);
  const parts = Array.from({ length: suites }, (_, index) =>
    suite(index, Math.min(inOneSuite, tests - index * inOneSuite), at),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8" ?>',
    `<testsuites name="vitest tests" tests="${tests}" failures="0" errors="0" time="${(tests * 0.0042).toFixed(3)}">`,
    ...parts,
    "</testsuites>",
    "",
  ].join("\n");
}

function suite(index: number, tests: number, at: Date): string {
  const file = `test/orders/${areas[index % areas.length]}/case${index}.test.ts`;
  const cases = Array.from({ length: tests }, (_, number) => testCase(file, index * inOneSuite + number));
  return [
    `    <testsuite name="${file}" timestamp="${at.toISOString()}" hostname="runner" tests="${tests}" failures="0" errors="0" skipped="0" time="${(tests * 0.0042).toFixed(3)}">`,
    ...cases,
    "    </testsuite>",
  ].join("\n");
}

const areas = ["basket", "checkout", "delivery", "invoices", "search"] as const;

function testCase(file: string, number: number): string {
  const name = `${areas[number % areas.length]} &gt; keeps its goods &amp; says &quot;thank you&quot; in order ${number} &gt; for a customer who comes back after a while`;
  const open = `        <testcase classname="${file}" name="${name}" time="0.00${number % 10}${(number * 7919) % 100_000}">`;
  if (number % 10 !== 0) return `${open}\n        </testcase>`;
  return `${open}\n            <system-out>\norder ${number}: 3 goods, total 41.70, reserved, paid, packed\norder ${number}: sent by parcel\n            </system-out>\n        </testcase>`;
}
