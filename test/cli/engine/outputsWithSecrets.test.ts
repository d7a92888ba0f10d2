import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { outputsWithSecrets } from "../../../cli/engine/outputsWithSecrets.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "outputs-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A stack whose engine is this shell script. */
function stackOf(script: string): Stack {
  const command = join(folder, "pulumi");
  writeFileSync(command, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return {
    name: "production",
    workspace: { pulumiCommand: { command }, workDir: folder, envVars: {} },
  } as unknown as Stack;
}

describe("a stack's outputs", () => {
  it("are read with their secrets, of that stack by name", async () => {
    const stack =
      stackOf(`test "$*" = "stack output --json --show-secrets --stack production --non-interactive" || exit 9
echo '{"databaseUrl": "postgres://app:s3cret@127.0.0.1/shop"}'`);
    expect(await outputsWithSecrets(stack)).toEqual({ databaseUrl: "postgres://app:s3cret@127.0.0.1/shop" });
  });

  it("that the engine does not tell are a failure in its own words", async () => {
    await expect(outputsWithSecrets(stackOf("echo 'error: incorrect passphrase' >&2; exit 255"))).rejects.toThrow(
      "The outputs of production cannot be read: error: incorrect passphrase",
    );
  });

  it("of a state that the engine cannot read are a failure that says what mends it", async () => {
    const failed = outputsWithSecrets(stackOf("echo 'error: failed to load checkpoint: EOF' >&2; exit 255"));
    await expect(failed).rejects.toMatchObject({
      happened: "Pulumi's state of the stack cannot be read: failed to load checkpoint: EOF.",
      next: expect.stringContaining("greenlight release"),
    });
  });

  it("in another form than JSON are a failure that quotes none of them", async () => {
    const failed = outputsWithSecrets(stackOf("echo 'postgres://app:s3cret@127.0.0.1/shop'"));
    await expect(failed).rejects.toThrow("in another form than JSON");
    await expect(failed).rejects.not.toThrow("s3cret");
  });
});
