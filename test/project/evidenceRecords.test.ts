import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EvidenceRecords, evidenceRecord, recordsLimit } from "../../project/evidence/evidenceRecords.ts";

let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "greenlight-records-"));
  mkdirSync(join(project, "releases"));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const good = {
  item: "tests/unit",
  file: "evidence/unit.xml",
  sha256: "a".repeat(64),
  commit: "b".repeat(40),
  at: "2026-03-04T12:00:00Z",
  by: "ci",
};
const line = JSON.stringify(good);
function read(text: string | Buffer) {
  const records = new EvidenceRecords(project, "releases", "v1");
  writeFileSync(records.path, text);
  return records.read();
}

describe("records of evidence", () => {
  it("are none without a file, and in an empty one", () => {
    expect(new EvidenceRecords(project, "releases", "v0").read()).toEqual({ records: [] });
    expect(read("")).toEqual({ records: [] });
  });

  it("are one a line, in the file's order", () => {
    const later = { ...good, by: "ann" };
    expect(read(`${line}\n\n${JSON.stringify(later)}\n`)).toEqual({ records: [good, later] });
  });

  it.each([
    ["cut short", `${line}\n${line.slice(0, 80)}`],
    ["with a key twice, the last of another shape", line.replace("}", ',"commit":"main"}')],
    ["with a key of its own", line.replace("{", '{"trusted":true,')],
    ["with a short digest", line.replace("a".repeat(64), "a".repeat(63))],
    ["with a time without a zone", line.replace("00Z", "00")],
    ["that is a list", `[${line}]`],
  ])("a line %s leaves nothing standing, and is told", (_, text) => {
    expect(read(text)).toEqual({
      records: [],
      problem: expect.stringMatching(/^line \d+ of the evidence records is no/),
    });
  });

  it("more than 4 MiB are not read", () => {
    const records = new EvidenceRecords(project, "releases", "v1");
    writeFileSync(records.path, line);
    truncateSync(records.path, recordsLimit + 1);
    expect(records.read()).toEqual({
      records: [],
      problem: "the evidence records cannot be taken: it is larger than 4 MiB",
    });
  });

  it("behind a symbolic link that leads nowhere are none", () => {
    const records = new EvidenceRecords(project, "releases", "v2");
    symlinkSync(join(project, "gone"), records.path);
    expect(records.read()).toEqual({ records: [] });
  });

  it("whatever the file holds, are records or one sentence why not", () => {
    const whole = Buffer.from(`${line}\n${line}\n`);
    const changed = fc
      .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
      .map((changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      });
    const anything = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(
        fc.oneof(
          changed,
          anything,
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const { records, problem } = read(bytes);
          for (const it of records) expect(evidenceRecord.safeParse(it).success).toBe(true);
          if (problem !== undefined) expect([records, problem]).toEqual([[], expect.stringMatching(/^[^\n]{3,200}$/)]);
          expect(Object.keys(Object.prototype)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
