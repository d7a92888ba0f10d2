import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mendAttributes } from "../../../cli/engine/mendAttributes.ts";

const now = new Date("2026-01-05T12:00:00.000Z");
const noted = JSON.stringify({ "user.content_type": "text/plain; charset=utf-8", "user.metadata": null, md5: "9V2L" });

describe("what the engine notes beside the state of a stack", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "greenlight-attributes-"));
    file = join(folder, "prod.json");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is left alone where it can be read, or is not there", () => {
    expect(mendAttributes(file, now)).toBeUndefined();
    writeFileSync(`${file}.attrs`, noted);
    expect(mendAttributes(file, now)).toBeUndefined();
    expect(readFileSync(`${file}.attrs`, "utf8")).toBe(noted);
  });

  it("is put aside where a killed engine left it empty or cut short, and nothing is thrown away", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: noted.length - 1 }), (length) => {
        const broken = noted.slice(0, length);
        writeFileSync(`${file}.attrs`, broken);
        const kept = `${file}.attrs.unreadable-20260105T120000000Z`;
        expect(mendAttributes(file, now)).toContain(`kept as ${kept}`);
        expect(readFileSync(kept, "utf8")).toBe(broken);
        expect(readdirSync(folder)).not.toContain("prod.json.attrs");
        expect(mendAttributes(file, now)).toBeUndefined();
      }),
    );
  });
});
