import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect } from "vitest";
import type { RehearsedPlatform } from "../../../rehearsal/rehearse.ts";
import { summaryShape } from "../../../rehearsal/summary.ts";

const repository = fileURLToPath(new URL("../../../", import.meta.url));

/** Plays the quick subset as a newcomer would, and holds its summary to what was to be played. */
export async function expectQuickRehearsal(
  platform: RehearsedPlatform,
  scenarios: readonly { readonly name: string }[],
) {
  const args = ["cli/bin.mjs", "rehearse", "--quick", "--platform", platform, "--json"];
  const { stdout, stderr, exitCode } = await execa(process.execPath, args, {
    cwd: repository,
    stdin: "ignore",
    reject: false,
    forceKillAfterDelay: 60_000,
  });
  const told = stderr.split("\n").slice(-60).join("\n");
  expect(stdout, told).not.toBe("");
  const summary = summaryShape.parse(JSON.parse(stdout));
  const wrong = summary.scenarios.filter(({ ok }) => !ok).map(({ title, seen }) => `${title}: ${seen}`);
  expect(wrong, told).toEqual([]);
  expect(summary).toMatchObject({ ok: true, quick: true, platform, failed: 0 });
  expect(summary.scenarios.map(({ name }) => name)).toEqual([...scenarios.map(({ name }) => name), "destroy"]);
  expect(summary.requests).toBeGreaterThan(1_000);
  expect(exitCode, told).toBe(0);
}
