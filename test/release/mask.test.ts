import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskSecrets } from "../../release/mask.ts";

describe("a secret in a text", () => {
  const secret = "p@ss w0rd/+!";

  it.each([
    ["as it is", `x ${secret} y`],
    ["in an address", `postgres://app:${encodeURIComponent(secret)}@127.0.0.1/db`],
    ["in a form", `password=${encodeURIComponent(secret).replaceAll("%20", "+").replaceAll("!", "%21")}&x=1`],
    ["in JSON", JSON.stringify({ password: 'a"b\\c\nd' })],
    ["in base64", Buffer.from(secret).toString("base64")],
    ["in a basic authorization", `Basic ${Buffer.from(`app:${secret}`).toString("base64")}`],
    ["in base64 for addresses", Buffer.from(`ab${secret}cd`).toString("base64url")],
  ])("%s is masked", (_, text) => {
    const safe = maskSecrets(text, [secret, 'a"b\\c\nd']);
    expect(safe).toContain("***");
    expect(safe).not.toContain(secret);
  });

  it("is gone, whatever stands around it", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (value, before, after) => {
        fc.pre(!"***".includes(value) && !value.includes("*"));
        const left = maskSecrets(`${before}${value}${after}`, [value]);
        // What stands around a mask may only happen to spell it again with parts of the text itself.
        expect(left.split("***").some((part) => part.includes(value))).toBe(false);
      }),
    );
  });

  it("is found in base64 at any position of something longer", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9]{8,30}$/), fc.string(), fc.string(), (value, before, after) => {
        const encoded = Buffer.from(`${before}${value}${after}`).toString("base64");
        expect(maskSecrets(encoded, [value])).toContain("***");
      }),
    );
  });

  it("masks the longer of two that overlap, so that no rest stays", () => {
    expect(maskSecrets("secret-long", ["secret", "secret-long"])).toBe("***");
  });

  it("of less than four characters is not looked for", () => {
    expect(maskSecrets("abc abc", ["abc", ""])).toBe("abc abc");
  });
});
