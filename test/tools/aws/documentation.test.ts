import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { functions } from "../../../tools/aws/functions.ts";
import { kinds } from "../../../tools/aws/kinds.ts";
import { versions } from "../../../tools/versions.ts";

const page = await readFile(new URL("../../../docs/aws-simulation.md", import.meta.url), "utf8");

/** The names in a part of the page, `service.Name`. */
function namesIn(part: string): string[] {
  const text = new RegExp(`<!-- ${part}.*?-->([^]*?)<!-- end of ${part} -->`).exec(page)?.[1] ?? "";
  return [...text.matchAll(/`([^`]+)`/g)].map((it) => it[1] ?? "").sort();
}

const short = (token: string) => token.replace(/^aws:(.*)\/.*:/, "$1.");

describe("the page on AWS on this machine", () => {
  it("lists the types that the stand-in makes, and no other", () => {
    expect(namesIn("types")).toEqual(Object.keys(kinds).map(short).sort());
  });

  it("lists the functions that it answers, and no other", () => {
    expect(namesIn("functions")).toEqual(Object.keys(functions).map(short).sort());
  });

  it("names the versions that are provided", () => {
    expect(page).toContain(`moto ${versions.moto.provided}`);
    expect(page).toContain(`\`@pulumi/aws\` ${versions.aws.provided.replace(/\.\d+$/, "")}`);
  });
});

describe("the table of types", () => {
  it.each(Object.keys(kinds))("loads %s, whose rules name properties that it has", async (token) => {
    const kind = await kinds[token]?.();
    const properties = Object.keys(kind?.inputs.shape ?? {});
    expect(properties.length).toBeGreaterThan(0);
    expect(properties).toEqual(expect.arrayContaining([...(kind?.replaceOn ?? []), ...(kind?.untold ?? [])]));
    for (const path of [...(kind?.computed ?? []), ...(kind?.ordered ?? [])])
      expect(properties).toContain(path.split(".")[0]);
    if (kind?.autoName !== undefined) expect(properties).toContain(kind.autoName.property);
  });
});
