import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { junitReport } from "../../../bench/reports/junitReport.ts";
import { sarifReport } from "../../../bench/reports/sarifReport.ts";
import { EvidenceFiles } from "../../../project/evidence/readEvidence.ts";
import { asideFrom } from "../../../project/evidence/reading/readAside.ts";
import { readTestReport } from "../../../release/evidence/tests/readTestReport.ts";

const folder = mkdtempSync(join(tmpdir(), "greenlight-aside-"));
const at = new Date("2026-03-04T12:00:00Z");
const write = (name: string, text: string) => writeFileSync(join(folder, "reports", name), text);
const evidence = () => new EvidenceFiles(folder, "releases", "v1.2.3", "releases/v1.2.3.yaml");
const large = junitReport(6_000, at);

beforeAll(() => {
  mkdirSync(join(folder, "reports"));
  mkdirSync(join(folder, "releases"));
  write("small.xml", junitReport(3, at));
  write("large.xml", large);
  write("large-too.xml", junitReport(7_000, at));
  write("broken.xml", large.slice(0, -200));
  write("scan.sarif", sarifReport(2_000, at));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("reports that are read side by side", () => {
  const names = ["small.xml", "large.xml", "broken.xml", "large-too.xml", "none.xml"].map(
    (name) => `../reports/${name}`,
  );

  it("say the same as those that are read one after the other, in the order of the manifest", async () => {
    expect(Buffer.byteLength(large)).toBeGreaterThan(asideFrom);
    const aside = await evidence().readAside("tests/unit", names, "tests");
    expect(aside).toEqual(evidence().read("tests/unit", names, readTestReport));
    expect(aside.map((it) => it.summary?.tests)).toEqual([3, 6_000, undefined, 7_000, undefined]);
  });

  it("are known by their size before they are read; what is not there, or is no path, is small", () => {
    expect(evidence().large([...names, "../reports", "a\0b"])).toBe(3);
  });

  it("wait until they may begin", async () => {
    const begun: string[] = [];
    const ready = async () => void begun.push("ready");
    const later = new EvidenceFiles(folder, "releases", "v1.2.3", "releases/v1.2.3.yaml", ready);
    const [small] = await later.readAside("tests/unit", ["../reports/small.xml"], "tests");
    expect(begun).toEqual(["ready"]);
    expect(small?.summary?.tests).toBe(3);
  });

  it("say why one is not taken, and the others are", async () => {
    const [, , broken, , none] = await evidence().readAside("tests/unit", names, "tests");
    expect(broken).toMatchObject({ source: "reports/broken.xml", problem: expect.stringContaining("not well-formed") });
    expect(none).toMatchObject({ problem: "there is no such file" });
  });

  it("are more than there are threads, of several kinds", async () => {
    const it = evidence();
    const [tests, security] = await Promise.all([
      it.readAside("tests/unit", Array(8).fill("../reports/large.xml"), "tests"),
      it.readAside("tests/security", Array(4).fill("../reports/scan.sarif"), "security"),
    ]);
    expect(tests.map(({ summary }) => summary?.tests)).toEqual(Array(8).fill(6_000));
    expect(security.map(({ summary }) => summary?.counts.high)).toEqual(Array(4).fill(0));
  });
});
