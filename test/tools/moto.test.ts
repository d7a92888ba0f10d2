import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../release/exitCodes.ts";
import { inspectToolchain } from "../../tools/doctor.ts";
import { ensureMoto, findMoto, startMoto } from "../../tools/moto.ts";
import { processes } from "../processes.ts";
import { temporaryFolder } from "./sandbox.ts";

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder("moto"));
});
afterAll(async () => await remove());

/** A machine whose Python says that it is of this version, and has no pip. */
async function machine(name: string, version: string | undefined): Promise<NodeJS.ProcessEnv> {
  const bin = join(folder, name, "bin");
  await mkdir(bin, { recursive: true });
  const script = `#!/bin/sh\n[ "$1" = -c ] && echo '${version}'\n`;
  if (version !== undefined) await writeFile(join(bin, "python3"), script, { mode: 0o755 });
  return { PATH: bin, HOME: join(folder, name), GREENLIGHT_CACHE: join(folder, name, "cache") };
}

describe("the search for moto", () => {
  it.each([
    ["without Python", undefined, "python3 is not on PATH"],
    ["with an old one", "3.8", "is Python 3.8, older than 3.10"],
    ["with one that is no Python", "hello", "does not tell its version"],
  ])("says what is missing on a machine %s", async (name, version, complaint) => {
    const env = await machine(name, version);
    expect(await findMoto({ env })).toMatchObject({
      found: undefined,
      missing: expect.stringContaining(complaint),
      would: undefined,
    });
    await expect(ensureMoto({ env })).rejects.toMatchObject({
      message: expect.stringContaining(complaint),
      exitCode: exitCodes.missingTool,
    });
  });

  it("says what it would fetch, and that it needs pip for that", async () => {
    const env = await machine("bare", "3.12");
    expect(await findMoto({ env })).toMatchObject({
      would: expect.stringContaining("with pip"),
      mend: "npx tsx tools/install.ts moto",
    });
    expect(await findMoto({ env, offline: true })).toMatchObject({ would: undefined, mend: "run this online" });
    await expect(ensureMoto({ env })).rejects.toThrow("has no pip");
  });

  it("is no fault of a machine that never rehearses on AWS", async () => {
    const { findings } = await inspectToolchain({ env: await machine("unfit", undefined) });
    expect(findings.find(({ name }) => name === "moto")).toMatchObject({ state: "optional" });
  });
});

describe("moto", () => {
  it("answers once it is started, and is gone when it is stopped", async () => {
    const running = await startMoto(await ensureMoto({}));
    expect((await fetch(`${running.endpoint}/moto-api/`)).ok).toBe(true);
    await running.stop();
    expect((await processes()).filter(({ pid }) => pid === running.pid)).toEqual([]);
    await expect(fetch(`${running.endpoint}/moto-api/`)).rejects.toThrow();
  });

  it("says why when it does not start", async () => {
    const moto = await ensureMoto({});
    await expect(startMoto({ ...moto, path: folder })).rejects.toThrow(/ended at once.*No module named/s);
  });
});
