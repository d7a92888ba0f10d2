import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { releaseName } from "../../../components/kubernetes/names.ts";
import { versionPattern } from "../../../release/manifest.ts";

describe("the name of what is made once for a version", () => {
  const version = fc.stringMatching(versionPattern);

  it("is one that Kubernetes takes, whatever the version is called", () => {
    fc.assert(
      fc.property(version, (it) => {
        expect(releaseName("shop", "migrate", it)).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
      }),
    );
  });

  it("is never that of another version", () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        fc.pre(a !== b);
        expect(releaseName("shop", "migrate", a)).not.toBe(releaseName("shop", "migrate", b));
      }),
    );
    for (const [a, b] of [
      ["v1.2.0", "v1-2-0"],
      ["v1.2", "V1.2"],
      ["v1_2", "v1.2"],
      ["v1..2", "v1.2"],
    ] as const) {
      expect(releaseName("shop", "migrate", a)).not.toBe(releaseName("shop", "migrate", b));
    }
  });

  it("says the version where it can", () => {
    expect(releaseName("shop", "migrate", "v1.2.0")).toBe("shop-migrate-v1-2-0");
  });
});
