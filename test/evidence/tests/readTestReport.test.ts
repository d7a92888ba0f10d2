import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTestReport } from "../../../release/evidence/tests/readTestReport.ts";
import { type TestsSummary, testsSummary } from "../../../release/evidence/tests/summary.ts";
import { holdsToItsShape, sample } from "../readers.ts";

const read = (text: string): TestsSummary => readTestReport(Buffer.from(text));
const samples = ["vitest", "jest-junit", "pytest", "playwright", "surefire"].map((tool) => `${tool}/failing.xml`);

describe("a report of tests", () => {
  it.each<[string, Partial<TestsSummary>]>([
    ["vitest/passing.xml", { tests: 2, failed: 0, at: "2026-11-24T00:21:50.583Z", zoned: true }],
    ["vitest/failing.xml", { tests: 6, failed: 2, errors: 0, skipped: 2, contradictions: [] }],
    ["jest-junit/passing.xml", { tests: 2, failed: 0, zoned: false }],
    ["jest-junit/failing.xml", { tests: 4, failed: 1, skipped: 2, contradictions: [] }],
    ["jest-junit/broken-suite.xml", { tests: 4, failed: 1, errors: 1, skipped: 0 }],
    ["pytest/passing.xml", { tests: 2, failed: 0 }],
    ["pytest/failing.xml", { tests: 9, failed: 1, errors: 2, skipped: 2, contradictions: [] }],
    ["pytest/nothing-selected.xml", { tests: 0 }],
    ["playwright/passing.xml", { tests: 2, failed: 0 }],
    ["playwright/failing.xml", { tests: 5, failed: 1, skipped: 2, retried: 0, contradictions: [] }],
    ["playwright/retried.xml", { tests: 2, failed: 0, retried: 1, retriedNames: ["shop.spec.ts > a visitor logs in"] }],
    ["surefire/passing.xml", { tests: 2, failed: 0 }],
    ["surefire/failing.xml", { tests: 5, failed: 1, errors: 1, skipped: 1, retried: 1, contradictions: [] }],
    ["specified/ctest.xml", { tests: 3, failed: 1, skipped: 1, contradictions: [] }],
  ])("is read as %s says", (path, wanted) => {
    const summary = readTestReport(sample(path));
    expect(summary).toMatchObject(wanted);
    expect(testsSummary.parse(summary)).toEqual(summary);
  });

  it("names the first five that failed, and the skipped ones by class and name", () => {
    const { failedNames, skippedNames } = readTestReport(sample("vitest/failing.xml"));
    expect(failedNames).toEqual(["broken.vitest.ts", 'cart.vitest.ts > cart > removes <one> & only "one"']);
    expect(skippedNames).toEqual(["cart.vitest.ts > cart > adds tax", "cart.vitest.ts > cart > gives a discount"]);
    const many = read(`<testsuite>${'<testcase name="a"><failure/></testcase>'.repeat(9)}</testsuite>`);
    expect(many).toMatchObject({ tests: 9, failed: 9, failedNames: ["a", "a", "a", "a", "a"] });
  });

  it("has as many tests, failures and skips as its test cases, whatever its totals say", () => {
    const kinds = { pass: "", fail: "<failure/>", error: "<error>x</error>", skip: "<skipped/>" };
    const one = fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[]));
    fc.assert(
      fc.property(fc.array(fc.array(one, { maxLength: 9 }), { maxLength: 5 }), fc.nat(9), (suites, total) => {
        const inner = suites.map((cases) => {
          const all = cases.map((kind, at) => `<testcase name="t${at}">${kinds[kind]}</testcase>`);
          return `<testsuite name="s" tests="${Math.max(total, cases.length)}">${all.join("")}</testsuite>`;
        });
        const all = suites.flat();
        const of = (kind: keyof typeof kinds) => all.filter((it) => it === kind).length;
        const summary = read(`<testsuites>${inner.join("")}</testsuites>`);
        expect(summary).toMatchObject({
          tests: all.length,
          failed: of("fail"),
          errors: of("error"),
          skipped: of("skip"),
        });
        expect(summary.contradictions.length > 0).toBe(suites.some((cases) => cases.length < total));
      }),
      { numRuns: 200 },
    );
  });

  it("of nested suites is right by the totals of one suite or of all in it", () => {
    const cases = '<testcase name="a"/><testcase name="b"/>';
    const nested = (tests: number) =>
      read(`<testsuite tests="${tests}"><testcase name="c"/><testsuite tests="2">${cases}</testsuite></testsuite>`);
    expect(nested(3).contradictions).toEqual([]);
    expect(nested(1).contradictions).toEqual([]);
    expect(nested(4).contradictions).toEqual(['the report says tests="4" and holds 3']);
  });

  it.each<[string, string, RegExp]>([
    [
      "entities that grow a thousandfold",
      `<!DOCTYPE t [<!ENTITY a "${"ha".repeat(50)}"><!ENTITY b "&a;&a;&a;">]><testsuites>&b;</testsuites>`,
      /DOCTYPE/,
    ],
    [
      "an entity from a file",
      '<!DOCTYPE t [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuites>&a;</testsuites>',
      /DOCTYPE/,
    ],
    ["a DTD from elsewhere", '<!DOCTYPE t SYSTEM "http://127.0.0.1/t.dtd"><testsuites/>', /DOCTYPE/],
    ["an entity that nobody defined", "<testsuites>&lol;</testsuites>", /not well-formed.*undefined entity/],
    ["an entity named like a prototype", "<testsuites>&__proto__;&constructor;</testsuites>", /undefined entity/],
    ["two roots", "<testsuites/><testsuites/>", /not well-formed/],
    ["an end that is missing", '<testsuites><testsuite><testcase name="a"/>', /not well-formed.*unclosed tag/],
    ["an attribute twice", '<testsuites tests="1" tests="2"/>', /not well-formed/],
    ["nesting without end", "<testsuite>".repeat(60), /nested deeper than 50/],
    ["a test case in a test case", "<testsuites><testcase><testcase/></testcase></testsuites>", /holds another one/],
    ["another root", "<assemblies/>", /its root is <assemblies>/],
    ["NUL letters", '<testsuites name="\0"/>', /not well-formed/],
    [
      "an unknown encoding",
      '<?xml version="1.0" encoding="EBCDIC-US"?><testsuites/>',
      /written in EBCDIC-US, which is not read/,
    ],
    [
      "a false encoding",
      '<?xml version="1.0" encoding="UTF-16"?><testsuites/>',
      /written in UTF-16, which is not read/,
    ],
    ["JSON", '{"tests":1}', /no JUnit XML/],
    ["nothing but spaces", "   \n", /no JUnit XML/],
  ])("with %s is refused in a sentence", (_, text, reason) => {
    expect(() => read(text)).toThrow(reason);
  });

  it.each<[string, BufferEncoding, string]>([
    ["UTF-16, little end first", "utf16le", "\ufeff"],
    ["UTF-16 without a byte order mark", "utf16le", ""],
    ["UTF-8 with a byte order mark", "utf8", "\ufeff"],
  ])("in %s is the same report", (_, encoding, mark) => {
    const text = '<testsuite><testcase name="grün – 漢字"><failure/></testcase></testsuite>';
    expect(readTestReport(Buffer.from(mark + text, encoding)).failedNames).toEqual(["grün – 漢字"]);
  });

  it("in UTF-16 with the big end first, or in ISO-8859-1 as it declares, is the same report", () => {
    const big = Buffer.from(
      '\ufeff<testsuite><testcase name="ä"><failure/></testcase></testsuite>',
      "utf16le",
    ).swap16();
    expect(readTestReport(big).failedNames).toEqual(["ä"]);
    const latin = `<?xml version="1.0" encoding="ISO-8859-1"?><testsuite><testcase name="ä"><failure/></testcase></testsuite>`;
    expect(readTestReport(Buffer.from(latin, "latin1")).failedNames).toEqual(["ä"]);
  });

  it("shows names on one line, without letters that deceive, and bounded", () => {
    const name = `a&#10;b\u202ec${"d".repeat(5_000)}`;
    const [shown = ""] = read(`<testsuite><testcase name="${name}"><failure/></testcase></testsuite>`).failedNames;
    expect(shown).toMatch(/^a b\ufffdcd+…d+$/);
    expect(shown.length).toBeLessThanOrEqual(300);
  });

  it("knows attributes named like an object's own parts for what they are: nothing", () => {
    const summary = read(
      '<testsuite __proto__="x" constructor="y" tests="1"><testcase name="a" __proto__="skipped" toString="z"/></testsuite>',
    );
    expect(summary).toMatchObject({ tests: 1, failed: 0, skipped: 0, contradictions: [] });
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it("of 10,000 tests is counted to the last one, over the borders of its pieces", () => {
    const cases = Array.from(
      { length: 10_000 },
      (_, at) => `<testcase name="größe ${at}">${at % 100 === 0 ? "<failure/>" : ""}</testcase>`,
    );
    const text = `<testsuites><testsuite tests="10000" failures="100">${cases.join("\n")}</testsuite></testsuites>`;
    expect(read(text)).toMatchObject({ tests: 10_000, failed: 100, contradictions: [] });
  });

  it("cut anywhere is refused", () => {
    for (const path of samples) {
      const whole = sample(path).toString("utf8").trimEnd();
      fc.assert(
        fc.property(fc.integer({ min: 1, max: whole.length - 1 }), (end) => {
          expect(() => read(whole.slice(0, end))).toThrow(/not well-formed|no JUnit/);
        }),
        { numRuns: 30 },
      );
    }
  });

  holdsToItsShape(readTestReport, testsSummary, samples);

  it("made of its own words in any order gives a summary or a sentence", () => {
    const words = [
      "<testsuites>",
      "</testsuites>",
      '<testsuite tests="2" errors="x">',
      "</testsuite>",
      '<testcase name="a">',
      "</testcase>",
      "<failure/>",
      "<error>",
      "</error>",
      "<skipped/>",
      "<![CDATA[",
      "]]>",
      "<!--",
      "-->",
      "&amp;",
      "&#x0;",
      "<?x?>",
      "<flakyFailure/>",
      "text",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 20 }), (parts) => {
        try {
          testsSummary.parse(read(`<testsuites>${parts.join("")}</testsuites>`));
        } catch (error) {
          expect(String(error)).toMatch(/^Error: [^\n]{3,500}$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
