import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changelogEntry } from "../../../release/evidence/documentation/changelog.ts";

describe("a changelog has an entry of v1.2.3", () => {
  it.each([
    ["## [1.2.3]\n- coupons\n", 1],
    ["## [1.2.3] - 2026-03-02\n\n### Added\n\n- coupons\n- gifts\n\n## [1.2.2]\n- old\n", 2],
    ["# v1.2.3 (2026-03-02)\ncoupons\n", 1],
    ["## v1.2.3 - 2026-03-02\ncoupons\n", 1],
    ["## [v1.2.3](https://shop.example/compare/a...b) (2026-03-02)\n* coupons\n", 1],
    ["## Version 1.2.3:\ncoupons\n", 1],
    ["## Release v1.2.3 ##\ncoupons\n", 1],
    ["## shop@1.2.3\ncoupons\n", 1],
    ["## shop v1.2.3\ncoupons\n", 1],
    ["v1.2.3\n------\n\ncoupons\n\nv1.2.2\n------\nold\n", 1],
    ["1.2.3\n=====\ncoupons\nmore\n", 2],
    ["## 1.2.3\r\n\r\n- coupons\r\n", 1],
    ["## 1.2.3\n```\n## 1.2.2\n```\n", 1],
  ])("in %j", (text, lines) => {
    expect(changelogEntry(text, "v1.2.3")).toMatchObject({ lines });
  });
});

describe("a changelog's entry says nothing", () => {
  it.each([
    "## 1.2.3\n",
    "## 1.2.3\n\n## 1.2.2\n- old\n",
    "## 1.2.3\n### Added\n### Fixed\n",
    "## 1.2.3\n<!-- write me -->\n",
    "## 1.2.3\n<!--\n- coupons\n-->\n",
    "## 1.2.3\n- TBD\n",
    "## 1.2.3\n- \n***\n",
    "## 1.2.3\n[1.2.3]: https://shop.example/compare/a...b\n",
  ])("in %j", (text) => {
    expect(changelogEntry(text, "v1.2.3")).toMatchObject({ lines: 0 });
  });
});

describe("a changelog has no entry of v1.2.3", () => {
  it.each([
    "",
    "- 1.2.3: coupons\n",
    "## Unreleased\n- coupons\n",
    "## 1.2.30\n- coupons\n",
    "## 11.2.3\n- coupons\n",
    "## 1.2.3-rc.1\n- coupons\n",
    "## 1.2.4 (after 1.2.3)\n- coupons\n",
    "```\n## 1.2.3\n- coupons\n```\n",
    "~~~md\n## 1.2.3\n- coupons\n~~~\n",
    "    ## 1.2.3\n- coupons\n",
    "<!-- ## 1.2.3 -->\n- coupons\n",
    "<!--\n## 1.2.3\n- coupons\n-->\n",
    "#1.2.3\n- coupons\n",
  ])("in %j", (text) => {
    expect(changelogEntry(text, "v1.2.3")).toBeUndefined();
  });
});

describe("changelogs", () => {
  it("are read by the version as it is written, such as a pre-release's", () => {
    expect(changelogEntry("## v2.0.0-rc.1\nnew\n", "v2.0.0-rc.1")).toEqual({ heading: "v2.0.0-rc.1", lines: 1 });
    expect(changelogEntry("## 2026-03-02\nnew\n", "2026-03-02")).toEqual({ heading: "2026-03-02", lines: 1 });
  });
  it("such as this repository's own are understood", () => {
    const own = readFileSync(new URL("../../../CHANGELOG.md", import.meta.url), "utf8");
    const version = /^## \[?v?(\d+\.\d+\.\d+)/m.exec(own)?.[1];
    if (version !== undefined) expect(changelogEntry(own, `v${version}`)?.lines).toBeGreaterThan(0);
  });
  it("of any text are read to an end, and larger ones than 4 MiB are refused", () => {
    const part = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom("## 1.2.3", "```", "<!--", "-->", "---", "# x", "\n"),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const found = changelogEntry(parts.join("\n"), "v1.2.3");
        if (found !== undefined) expect(found.heading).toContain("1.2.3");
      }),
    );
    for (const hostile of ["<!--", "[", "](", "# ", "`", "    ", "-"])
      changelogEntry(hostile.repeat(200_000), "v1.2.3");
    expect(() => changelogEntry("x".repeat(5_000_000), "v1.2.3")).toThrow(/4 MiB/);
  });
});
