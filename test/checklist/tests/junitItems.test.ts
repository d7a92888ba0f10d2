import { describe, expect, it } from "vitest";
import { endToEndTests } from "../../../release/checklist/items/tests/e2e.ts";
import { integrationTests } from "../../../release/checklist/items/tests/integration.ts";
import { unitTests } from "../../../release/checklist/items/tests/unit.ts";
import { sample } from "../../evidence/readers.ts";
import { type Judged, judged, judgedFacts, refusals } from "./judged.ts";

const good = sample("vitest/passing.xml");
const suite = (cases: string, totals = "") =>
  `<testsuites><testsuite name="cart" ${totals}>${cases}</testsuite></testsuites>`;
const passes = '<testcase classname="cart" name="adds"/>';
const skips = (name: string) => `<testcase classname="cart" name="${name}"><skipped/></testcase>`;
const listed = (...tests: string[]) =>
  `skipped: [${tests.map((test) => `{ test: "${test}", reason: the tax service is being moved }`).join(", ")}]`;
const one = (bytes: string | Buffer, plan = ""): Judged => ({ plan, reports: { "unit.xml": bytes } });

describe.each([unitTests, integrationTests, endToEndTests])("$id", (item) => {
  it.each(["vitest", "jest-junit", "pytest", "playwright", "surefire"])("passes with a report of %s", async (tool) => {
    const verdict = await judged(item, one(sample(`${tool}/passing.xml`)));
    expect(verdict).toMatchObject({ verdict: "pass", reason: "2 tests passed" });
    expect(verdict.evidence).toMatchObject([{ source: "reports/unit.xml", at: "2026-11-24T01:00:00Z" }]);
  });

  it.each(refusals(good))("fails with evidence that is %s", async (_, release, reason) => {
    const verdict = await judged(item, release);
    expect(verdict.verdict).toBe("fail");
    expect(verdict.reason).toMatch(reason);
  });

  it("fails with a failed test, and names it", async () => {
    expect(await judged(item, one(sample("pytest/failing.xml")))).toMatchObject({
      verdict: "fail",
      reason:
        "3 of 9 failed: test_cart > test_removes_an_item, test_cart > test_pays, test_cart > test_orders (reports/unit.xml)",
    });
  });
});

describe("tests/unit", () => {
  it.each<[string, Judged, RegExp]>([
    ["without a single test, as pytest writes it", one(sample("pytest/nothing-selected.xml")), /^it holds no test/],
    ["without a single test, whatever the totals say", one(suite("", 'tests="5" failures="0"')), /it holds no test/],
    [
      'with failures="0" over failed cases',
      one(suite('<testcase name="a"><failure/></testcase>', 'tests="1" failures="0"')),
      /^1 of 1 failed: a/,
    ],
    [
      'with tests="5" over 3',
      one(suite(passes.repeat(3), 'tests="5"')),
      /contradicts itself: cart says tests="5" and holds 3/,
    ],
    [
      'with failures="2" over passed cases',
      one(suite(passes, 'tests="1" failures="2"')),
      /says that 2 failed where 0 did/,
    ],
    ['with skipped="2" over passed cases', one(suite(passes, 'skipped="2"')), /says that 2 were skipped and shows 0/],
    ["with totals that are no numbers", one(suite(passes, 'tests="many"')), /says tests="many" and holds 1/],
    ["with a suite that broke outside of its tests", one(suite(`${passes}<error/>`)), /^1 of 1 failed: cart/],
    [
      "with a test that only its status calls failed",
      one(suite('<testcase name="a" status="fail"/>')),
      /^1 of 1 failed: a/,
    ],
    [
      "with a skipped test",
      one(suite(passes + skips("taxes"))),
      /1 test was skipped without a listed reason: cart > taxes/,
    ],
    [
      "with a test that its status calls disabled",
      one(suite(`${passes}<testcase name="t" status="disabled"/>`)),
      /skipped without/,
    ],
    [
      "with a todo that jest-junit writes as passed",
      one(suite(passes + passes, 'tests="1"')),
      /1 test case that it does not count/,
    ],
    ["with every test skipped, though listed", one(suite(skips("taxes")), listed("taxes")), /all 1 tests were skipped/],
    [
      "with another skipped test than the listed one",
      one(suite(passes + skips("pays")), listed("taxes")),
      /cart > pays/,
    ],
    [
      "with a listed name that fits two skipped tests",
      one(
        suite(
          `${passes}<testcase classname="a" name="t"><skipped/></testcase><testcase classname="b" name="t"><skipped/></testcase>`,
        ),
        listed("t"),
      ),
      /2 tests were skipped/,
    ],
    [
      "with more skipped tests than can be listed",
      one(suite(passes + Array.from({ length: 501 }, (_, at) => skips(`t${at}`)).join(""))),
      /501 tests were skipped, more than can be listed/,
    ],
    [
      "with one good report and one with a failure",
      { reports: { "a.xml": good, "b.xml": sample("vitest/failing.xml") } },
      /^2 of 6 failed: .*\(reports\/b\.xml\)$/,
    ],
    ["that is a load test's report", one(sample("k6/handle-summary.json")), /it is no JUnit XML/],
    ["with a DOCTYPE", one(`<!DOCTYPE testsuites>${suite(passes)}`), /it has a DOCTYPE/],
    [
      "whose own time is of last month, recorded today",
      one(suite(passes, 'timestamp="2026-10-20T10:00:00Z"')),
      /by its own words .* before the commit/,
    ],
    [
      "whose own time is before the commit, without a zone",
      one(suite(passes, 'timestamp="2026-11-22T10:00:00"')),
      /by its own words/,
    ],
    [
      "whose own time is after its record",
      one(suite(passes, 'timestamp="2026-11-24T03:00:00Z"')),
      /after it was recorded/,
    ],
  ])("fails with a report %s", async (_, release, reason) => {
    const verdict = await judged(unitTests, release);
    expect(verdict.verdict).toBe("fail");
    expect(verdict.reason).toMatch(reason);
  });

  it.each<[string, Judged, RegExp]>([
    [
      "a skipped test that the manifest lists by its whole name",
      one(suite(passes + skips("taxes")), listed("cart > taxes")),
      /^1 test passed, 1 skipped for listed reasons$/,
    ],
    [
      "a skipped test that the manifest lists by its last name",
      one(suite(passes + skips("taxes")), listed("taxes")),
      /1 skipped/,
    ],
    ["two tests of one name, of which both passed", one(suite(passes + passes, 'tests="2"')), /^2 tests passed$/],
    [
      "a test that passed only on another try, which is told",
      one(sample("playwright/retried.xml")),
      /2 tests passed, 1 only on another try: shop\.spec\.ts > a visitor logs in/,
    ],
    [
      "a time without a zone that may be after the commit",
      one(suite(passes, 'timestamp="2026-11-23T20:00:00"')),
      /^1 test passed$/,
    ],
    [
      "several reports, summed up",
      { reports: { "a.xml": good, "b.xml": sample("surefire/passing.xml") } },
      /^4 tests passed$/,
    ],
    ["a byte order mark", one(`\ufeff${good}`), /^2 tests passed$/],
    ["UTF-16", one(Buffer.from(`\ufeff${suite(passes)}`, "utf16le")), /^1 test passed$/],
  ])("passes with %s", async (_, release, reason) => {
    const verdict = await judged(unitTests, release);
    expect(verdict.reason).toMatch(reason);
    expect(verdict.verdict).toBe("pass");
  });

  it.each<[string, unknown]>([
    ["are not there", undefined],
    ["are of another shape", { files: "all good" }],
    ["say more than they should", { files: [], skipped: [], verdict: "pass" }],
    [
      "hold a summary without a file that was read",
      { files: [{ source: "unit.xml", summary: { tests: 5 } }], skipped: [] },
    ],
  ])("fails when its facts %s", (_, facts) => {
    expect(judgedFacts(unitTests, facts ?? null).verdict).toBe("fail");
  });
});
