import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isErrorLine, newPatterns, patternOf } from "../../release/logPatterns.ts";
import { masker } from "../../release/mask.ts";

describe("the pattern of a log line", () => {
  it.each([
    ["ERROR order 1234 failed after 56ms", "ERROR order 99 failed after 7ms"],
    ['2026-03-02T14:00:00.123Z ERROR no such user "ada"', '2026-03-02T14:07:40Z ERROR no such user "bob"'],
    ["request 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed", "request 11111111-2222-3333-4444-555555555555 failed"],
    ["at address 0xdeadbeef in a1b2c3d4e5f6", "at address 0x1 in 00ff00ff00ff"],
    ["cannot read /var/lib/a.json", "cannot read /tmp/b"],
    ["\u001b[31mERROR\u001b[0m x 1", "ERROR x 2"],
    ["connect ECONNREFUSED 127.0.0.1:5432", "connect ECONNREFUSED 10.1.2.3:5433"],
    ['{"level":"error","msg":"order 12 failed","time":1}', '{"level":50,"msg":"order 7 failed","pid":3}'],
    ['{"severity":"ERROR","error":{"message":"no row 1"}}', '{"level":"error","err":{"message":"no row 22"}}'],
  ])("is the same for %j and %j", (a, b) => {
    expect(patternOf(a)).toBe(patternOf(b));
  });

  it("tells different causes apart", () => {
    expect(patternOf("ERROR order 1 failed")).not.toBe(patternOf("ERROR order 1 refused"));
    expect(patternOf("it can't be, won't be 1")).toBe("it can't be, won't be <n>");
  });

  it("has no digit left, whatever the line", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (text, number) => {
        expect(patternOf(`${text} ${number}`)).not.toMatch(/\d/);
      }),
    );
  });

  it("does not change with the numbers in a line", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.uuid(), fc.uuid(), (a, b, c, d) => {
        expect(patternOf(`ERROR ${a} of job ${c}: gone`)).toBe(patternOf(`ERROR ${b} of job ${d}: gone`));
      }),
    );
  });

  it.each([
    ["quotes", '"'.repeat(1e5)],
    ["single quotes", " '".repeat(5e4)],
    ["letters", "a".repeat(1e5)],
    ["digits", "1".repeat(1e5)],
    ["numbers with dots", "1.".repeat(5e4)],
    ["hex", "deadbeef".repeat(1e4)],
    ["escapes", "\u001b[1;".repeat(2e4)],
    ["at signs", "a@".repeat(5e4)],
    ["slashes", "/".repeat(1e5)],
    ["JSON nesting", `{"a":${"[".repeat(1e5)}`],
    ["dates", "2026-03-02T".repeat(1e4)],
  ])("is found for a thousand hostile lines of %s within the time a test has", (_, line) => {
    const lines = Array.from({ length: 1_000 }, () => `ERROR ${line}`);
    expect(newPatterns(lines, [])).toHaveLength(1);
    expect(() => patternOf(line)).not.toThrow();
  });
});

describe("an error line", () => {
  it.each([
    "ERROR x",
    "[error] x",
    "error: x",
    "level=error msg=x",
    "TypeError: x is not a function",
    "java.lang.NullPointerException",
    "FATAL:  password authentication failed",
    "Unhandled rejection",
    '{"level":"error","msg":"x"}',
    '{"level":60,"msg":"x"}',
  ])("is %j", (line) => {
    expect(isErrorLine(line)).toBe(true);
  });

  it.each([
    "INFO ready",
    "0 errors found",
    "finished without error",
    "    at new TypeError (node:internal/errors:1:1)",
    '{"level":"info","msg":"Error page served"}',
    '{"level":30,"msg":"error: none"}',
    "",
  ])("is not %j", (line) => {
    expect(isErrorLine(line)).toBe(false);
  });
});

describe("new patterns", () => {
  it("are the candidate's errors that the live environment does not have, the most frequent first", () => {
    const live = ["ERROR timeout after 5 ms", "INFO ok"];
    const candidate = [
      "ERROR timeout after 7 ms",
      "INFO new",
      "ERROR no column 1",
      "ERROR no row 1",
      "ERROR no column 2",
    ];
    expect(newPatterns(candidate, live)).toEqual([
      { pattern: "ERROR no column <n>", count: 2, sample: "ERROR no column 1" },
      { pattern: "ERROR no row <n>", count: 1, sample: "ERROR no row 1" },
    ]);
  });

  it("are none when both environments say the same", () => {
    fc.assert(
      fc.property(fc.array(fc.string().map((text) => `ERROR ${text}`)), (lines) => {
        expect(newPatterns(lines, lines)).toEqual([]);
      }),
    );
  });

  it("show a sample without secrets and without what steers a terminal, shortened", () => {
    const line = `ERROR login hunter2 \u001b[2J\u0007\r\u202e ${"x".repeat(280)} hunter2`;
    const [found] = newPatterns([line], [], masker(["hunter2"]));
    expect(found?.sample).toMatch(/^ERROR login \*\*\* x+/);
    expect(found?.sample).not.toMatch(/hunter|[^\x20-\x7e…]/);
    expect(found?.sample.length).toBeLessThanOrEqual(300);
    expect(found?.pattern).not.toContain("hunter");
  });

  it("are bounded, however many there are", () => {
    const letters = (index: number): string => [...String(index)].map((digit) => "abcdefghij"[Number(digit)]).join("");
    expect(
      newPatterns(
        Array.from({ length: 5_000 }, (_, index) => `ERROR ${letters(index)}`),
        [],
      ),
    ).toHaveLength(50);
  });
});
