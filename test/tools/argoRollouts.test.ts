import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../release/exitCodes.ts";
import { ensureArgoRollouts } from "../../tools/argoRollouts.ts";
import { inspectToolchain } from "../../tools/doctor.ts";
import { versions } from "../../tools/versions.ts";
import { root, temporaryFolder } from "./sandbox.ts";

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder("argo-rollouts"));
});
afterAll(async () => await remove());

describe("Argo Rollouts, which the benchmark compares us with", () => {
  it("is the version that its Go module pins and the page on tools names", async () => {
    const [pinned, page] = await Promise.all(
      ["tools/argoRollouts/go.mod", "docs/toolchain.md"].map((path) => readFile(join(root, path), "utf8")),
    );
    expect(pinned).toContain(`github.com/argoproj/argo-rollouts v${versions.argoRollouts.provided}\n`);
    expect(page).toContain(`Argo Rollouts: always ${versions.argoRollouts.provided} from the cache`);
  });

  it("is nothing that the doctor asks for, and what is missing to build it is said", async () => {
    const env = { PATH: folder, HOME: folder, GREENLIGHT_CACHE: join(folder, "cache") };
    await expect(ensureArgoRollouts({ env })).rejects.toMatchObject({
      message: expect.stringContaining("Go is not on PATH"),
      exitCode: exitCodes.missingTool,
    });
    const { findings } = await inspectToolchain({ env });
    expect(findings.map(({ name }) => String(name)).filter((name) => /argo/i.test(name))).toEqual([]);
  });
});
