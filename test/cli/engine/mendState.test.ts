import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mendState } from "../../../cli/engine/mendState.ts";

const now = new Date("2026-01-05T12:00:00.000Z");
const state = (serial: number) =>
  JSON.stringify({ version: 3, checkpoint: { stack: "prod", latest: { manifest: { serial }, resources: [] } } });

describe("the state of a stack that an engine kept in a folder", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "greenlight-state-"));
    file = join(folder, "prod.json");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is left alone where it can be read, is not there, or is kept in another way", () => {
    expect(mendState(file, now)).toBeUndefined();
    for (const content of [state(2), '{"version":3,"checkpoint":{"latest":null}}', gzipSync(state(2))]) {
      writeFileSync(file, content);
      writeFileSync(`${file}.bak`, state(1));
      expect(mendState(file, now)).toBeUndefined();
      expect(readFileSync(file)).toEqual(Buffer.from(content));
    }
    expect(readdirSync(folder).sort()).toEqual(["prod.json", "prod.json.bak"]);
  });

  it("is the one before where a killed engine left none that can be read, and nothing is thrown away", () => {
    const whole = state(2);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
        const broken = whole.slice(0, length);
        writeFileSync(file, broken);
        writeFileSync(`${file}.bak`, state(1));
        expect(mendState(file, now)).toContain(`could not be read (${length} bytes)`);
        expect(readFileSync(file, "utf8")).toBe(state(1));
        expect(readFileSync(`${file}.unreadable-20260105T120000000Z`, "utf8")).toBe(broken);
        expect(mendState(file, now)).toBeUndefined();
      }),
    );
  });

  it.each([
    ["is not there", undefined],
    ["cannot be read either", "{"],
  ])("is told to be lost where the one before %s, and is not touched", (_, before) => {
    writeFileSync(file, "");
    if (before !== undefined) writeFileSync(`${file}.bak`, before);
    expect(() => mendState(file, now)).toThrow(
      "Pulumi's state of the stack cannot be read, and neither can the one before",
    );
    expect(readFileSync(file, "utf8")).toBe("");
  });
});
