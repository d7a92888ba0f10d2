import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode, unknown } from "../../provider/wire.ts";
import { secret, unknownOnTheWire } from "./managed.ts";

const mark = "4dabf18193072939515e22adb298388d";
const output = (rest: object) => ({ [mark]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...rest });

describe("marks come off a property bag, and it is known where they were", () => {
  it("a plain value stays as it is", () => {
    const { values, secrets, unknowns } = decode({ a: 1, b: [true, null, { c: "d" }] });
    expect(values).toEqual({ a: 1, b: [true, null, { c: "d" }] });
    expect([...secrets, ...unknowns]).toEqual([]);
  });

  it("a secret is unwrapped and named, however deep it lies", () => {
    const { values, secrets } = decode({
      top: secret("a"),
      deep: { list: [{ it: secret({ b: secret("c") }) }] },
      plain: 1,
    });
    expect(values).toEqual({ top: "a", deep: { list: [{ it: { b: "c" } }] }, plain: 1 });
    expect([...secrets]).toEqual(["top", "deep"]);
  });

  it("an unknown is named, however deep, in a secret, too", () => {
    const { values, secrets, unknowns } = decode({ a: unknownOnTheWire, b: [secret(unknownOnTheWire)], c: "known" });
    expect(values).toEqual({ a: unknown, b: [unknown], c: "known" });
    expect([...unknowns]).toEqual(["a", "b"]);
    expect([...secrets]).toEqual(["b"]);
  });

  it("an output is its value, secret when it says so, unknown without one", () => {
    const { values, secrets, unknowns } = decode({
      known: output({ value: 5, dependencies: ["urn"] }),
      hidden: output({ value: "x", secret: true }),
      later: output({ secret: false }),
    });
    expect(values).toEqual({ known: 5, hidden: "x", later: unknown });
    expect([...secrets]).toEqual(["hidden"]);
    expect([...unknowns]).toEqual(["later"]);
  });

  it("the engine's own properties are no inputs", () => {
    expect(decode({ __defaults: [], __internal: {}, a: 1 }).values).toEqual({ a: 1 });
  });
});

describe("marks go on", () => {
  it("around the named properties alone; undefined is left out", () => {
    expect(encode({ a: 1, b: "s", c: undefined }, ["b", "c", "absent"])).toEqual({ a: 1, b: secret("s") });
  });

  it("what was encoded decodes to the same, with the same secrets", () => {
    const key = fc.string({ minLength: 1 }).filter((it) => !it.startsWith("__") && it !== mark);
    const value = fc.jsonValue().filter((it) => !JSON.stringify(it).includes(mark));
    fc.assert(
      fc.property(fc.dictionary(key, value), fc.func(fc.boolean()), (bag, isSecret) => {
        const secrets = Object.keys(bag).filter((name) => isSecret(name));
        // Over the wire as JSON, as the engine sends it.
        const wire = JSON.parse(JSON.stringify(encode(bag, secrets))) as Record<string, unknown>;
        const back = decode(wire);
        expect(back.values).toEqual(JSON.parse(JSON.stringify({ ...bag })));
        expect([...back.secrets].sort()).toEqual([...secrets].sort());
        expect(back.unknowns.size).toBe(0);
      }),
    );
  });
});

describe("hostile property names are names like any other", () => {
  it("__proto__, constructor and toString change no prototype", () => {
    const bag = JSON.parse(
      `{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "deep": {"__proto__": {"polluted": 1}, "toString": 1}}`,
    ) as Record<string, unknown>;
    const { values } = decode(bag);
    expect(Object.keys(values)).toEqual(["constructor", "deep"]);
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(values.deep)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const back = encode(values, ["constructor", "__proto__"]);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("a mark that is no mark of the engine's stays a value", () => {
    const odd = { [mark]: "something else", value: 1 };
    expect(decode({ odd }).values).toEqual({ odd });
  });

  it("a bag nested as deep as a message allows is read", () => {
    let deep: unknown = secret("end");
    for (let i = 0; i < 1000; i += 1) deep = { deep };
    expect([...decode({ deep }).secrets]).toEqual(["deep"]);
  });
});
