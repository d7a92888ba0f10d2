import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ownersBy, readCodeOwners, sectionOwners } from "../../../release/evidence/review/codeOwners.ts";
import { sample } from "../readers.ts";

const file = readCodeOwners(sample("codeowners/CODEOWNERS").toString("utf8"));
const of = (text: string, path: string) => ownersBy(readCodeOwners(text))(path);

describe("CODEOWNERS", () => {
  it.each([
    ["server.ts", ["@shop/developers"]],
    ["deep/down/server.ts", ["@shop/developers"]],
    ["deep/README.md", ["docs@shop.example"]],
    ["migrations/1.sql", ["@berta", "@shop/database"]],
    ["migrations/old/1.sql", ["@berta", "@shop/database"]],
    ["shop/migrations/1.sql", ["@shop/developers"]],
    ["docs/first.txt", ["@anna-dev"]],
    ["docs/deep/first.txt", ["@shop/developers"]],
    ["generated/client.ts", []],
    ["auth/session.ts", ["@carla"]],
    ["payment/keys.ts", ["@shop/security"]],
    ["payment/a/b/keys.ts", ["@shop/security"]],
  ])("of the sample: %s is owned by %s, because the last match counts", (path, owners) => {
    expect(ownersBy(file)(path)).toEqual(owners);
  });

  it.each([
    ["*.js @a", "x/y.js", ["@a"]],
    ["/build/ @a", "build/x", ["@a"]],
    ["/build/ @a", "x/build/y", []],
    ["apps/ @a", "x/apps/y/z", ["@a"]],
    ["**/logs @a", "deep/logs/x", ["@a"]],
    ["/apps @a\n/apps/github", "apps/github/x", []],
    ["Docs/ @a", "docs/x", []],
    ["a\\ b.txt @a", "a b.txt", ["@a"]],
    ["* @a #and nobody @b", "x", ["@a"]],
    ["# * @a", "x", []],
    ["* @a\n!x @b", "x", ["@a"]],
    ["* @a\n[ab].txt @b", "a.txt", ["@a"]],
    ["* @a\nx nobody", "x", ["@a"]],
    ["* @a\r\nx @b\r\n", "x", ["@b"]],
    ["", "x", []],
  ])("%j: %s is owned by %s", (text, path, owners) => {
    expect(of(text, path)).toEqual(owners);
  });

  it("has sections, by GitLab's headings or as comments, with owners of their own", () => {
    expect(sectionOwners(file, "Security")).toEqual(["@carla", "@shop/security"]);
    const text =
      "* @all\n[Security] @sec\n/auth/\n/keys @key\n^[Docs][2]\n/auth/manual @docs\n# [security]\n/late @late";
    const gitlab = readCodeOwners(text);
    expect(sectionOwners(gitlab, "security")).toEqual(["@sec", "@key", "@late"]);
    expect(ownersBy(gitlab, "security")("auth/manual")).toEqual(["@sec"]);
    expect(ownersBy(gitlab)("auth/manual")).toEqual(["@docs"]);
    expect(ownersBy(gitlab, "security")("other")).toEqual([]);
  });

  it("is refused when it is too large or its patterns would take ages", () => {
    expect(() => readCodeOwners("x @a\n".repeat(700_000))).toThrow(/3 MiB/);
    expect(() => readCodeOwners("x @a\n".repeat(10_001))).toThrow(/10000 rules/);
    expect(() => readCodeOwners(`${"*a".repeat(10)} @a`)).toThrow(/three stars/);
    expect(() => readCodeOwners(`${"**/a/".repeat(10)} @a`)).toThrow(/four \*\*/);
  });

  it("is read whatever stands in it, and owns with words of it alone", () => {
    const line = fc.tuple(
      fc.string({ maxLength: 30 }),
      fc.constantFrom("", " @a", " @o/t @b", " #x", " a@b.co", " [x]"),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), fc.string({ minLength: 1, maxLength: 30 }), (lines, path) => {
        const text = lines.map((it) => it.join("")).join("\n");
        try {
          const owners = of(text, `x/${path.replaceAll(/[/\\]/g, "")}y`);
          for (const owner of owners) expect(text).toContain(owner);
        } catch (error) {
          expect(error).toHaveProperty("message", expect.stringMatching(/^CODEOWNERS has a pattern/));
        }
      }),
    );
  });
});
