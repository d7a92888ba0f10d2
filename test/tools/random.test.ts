import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kinds } from "../../tools/random/values.ts";

function kind(name: string) {
  const found = [...kinds].find(([token]) => token.endsWith(`:${name}`))?.[1];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

const text = kind("RandomPassword");

describe("a random password", () => {
  const settings = fc.record({
    length: fc.integer({ min: 4, max: 200 }),
    special: fc.boolean(),
    upper: fc.boolean(),
    lower: fc.boolean(),
    numeric: fc.constant(true),
    minNumeric: fc.integer({ min: 0, max: 4 }),
  });

  it("has the length asked for, at least the digits asked for, and only the classes asked for", () => {
    fc.assert(
      fc.property(settings, (asked) => {
        const inputs = { ...text.defaults, ...asked };
        expect([...text.check(inputs)]).toEqual([]);
        const result = String(text.make(inputs).outputs.result);
        expect(result).toHaveLength(asked.length);
        expect(result.replace(/[^0-9]/g, "").length).toBeGreaterThanOrEqual(asked.minNumeric);
        if (!asked.upper) expect(result).not.toMatch(/[A-Z]/);
        if (!asked.lower) expect(result).not.toMatch(/[a-z]/);
        if (!asked.special) expect(result).toMatch(/^[A-Za-z0-9]*$/);
      }),
    );
  });

  it("takes special characters from those given", () => {
    const only = { ...text.defaults, length: 50, upper: false, lower: false, numeric: false, overrideSpecial: "_-" };
    expect(String(text.make(only).outputs.result)).toMatch(/^[_-]{50}$/);
  });

  it("is another one each time, and marked secret", () => {
    const inputs = { ...text.defaults, length: 32 };
    const made = [text.make(inputs), text.make(inputs)];
    expect(made[0]?.outputs.result).not.toBe(made[1]?.outputs.result);
    expect(made[0]?.secrets).toEqual(["result"]);
  });

  it.each([
    ["no length", {}, "length must be a whole number"],
    ["a length of 0", { length: 0 }, "length must be a whole number from 1"],
    ["a broken length", { length: 2.5 }, "length must be a whole number"],
    ["an absurd length", { length: 1e9 }, "length must be a whole number from 1 to 10000"],
    ["nothing to pick from", { length: 8, special: false, upper: false, lower: false, numeric: false }, "every class"],
    ["more least than length", { length: 4, minLower: 3, minUpper: 2 }, "length 4 is less than the 5 characters"],
  ])("is refused for %s", (_name, asked, reason) => {
    expect([...text.check({ ...text.defaults, ...asked }).values()].join()).toContain(reason);
  });
});

describe("the other types", () => {
  it("say the same bytes in every form", () => {
    const { outputs, id } = kind("RandomId").make({ byteLength: 16, prefix: "p-" });
    const bytes = Buffer.from(String(outputs.hex).slice(2), "hex");
    expect(bytes).toHaveLength(16);
    expect(outputs).toMatchObject({
      b64Std: `p-${bytes.toString("base64")}`,
      b64Url: `p-${bytes.toString("base64url")}`,
      dec: `p-${BigInt(`0x${bytes.toString("hex")}`)}`,
    });
    expect(id).toBe(bytes.toString("base64url"));
  });

  it("keep an integer within its bounds, both included", () => {
    const integer = kind("RandomInteger");
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), fc.nat(3), (min, span) => {
        const result = Number(integer.make({ min, max: min + span }).outputs.result);
        expect(result).toBeGreaterThanOrEqual(min);
        expect(result).toBeLessThanOrEqual(min + span);
      }),
    );
    expect([...integer.check({ min: 2, max: 1 })]).toEqual([["max", "max must not be less than min"]]);
  });
});
