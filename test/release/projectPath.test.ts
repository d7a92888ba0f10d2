import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isInside, resolveInside } from "../../release/projectPath.ts";

describe("a path of a manifest", () => {
  it.each([
    ["api", "/project/releases/api"],
    ["../api", "/project/api"],
    ["..", "/project"],
    ["./a/../b", "/project/releases/b"],
    ["..hidden", "/project/releases/..hidden"],
  ])("%s is %s", (path, absolute) => {
    expect(resolveInside("/project", "/project/releases", path)).toBe(absolute);
  });

  it.each(["../..", "../../project-other", "/etc/passwd", "", " ", "a\0b", "a\nb", "..\\..\\x", "x".repeat(1_001)])(
    "%j is refused",
    (path) => {
      expect(() => resolveInside("/project", "releases", path)).toThrow(/path/);
    },
  );

  it("never leads out of the project, whatever its parts", () => {
    const part = fc.oneof(fc.constantFrom("..", ".", "", "a", "..."), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        let path: string;
        try {
          path = resolveInside("/a/project", "releases", parts.join("/"));
        } catch {
          return;
        }
        expect(path === "/a/project" || path.startsWith("/a/project/")).toBe(true);
      }),
    );
  });

  it("of a folder with a longer name is not inside", () => {
    expect(isInside("/project", "/project-other/x")).toBe(false);
    expect(isInside("/project", "/project")).toBe(true);
  });
});
