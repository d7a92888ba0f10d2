import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, it, vi } from "vitest";
import { patient } from "../patience.ts";

/** A command under way, with what it has said so far. */
async function start(...args: string[]) {
  const script = fileURLToPath(new URL("./patient.ts", import.meta.url));
  const child = execa(process.execPath, ["--import", "tsx", script, ...args], { reject: false, stdin: "ignore" });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const says = (text: string) => vi.waitUntil(() => said.includes(text), patient);
  await says("working");
  return { child, says };
}

describe.concurrent("a command under way", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("asked to stop by %s says so, stops and exits 130", async (signal) => {
    const { child, says } = await start();
    child.kill(signal);
    await says("stopping after this step; nothing is lost");
    const { exitCode, stderr } = await child;
    expect(exitCode).toBe(130);
    expect(stderr).toContain("Interrupted.");
    expect(stderr).toContain("run the same command again");
  });

  it("asked twice ends at once, though it does not listen", async () => {
    const { child, says } = await start("deaf");
    child.kill("SIGINT");
    await says("stopping after this step");
    // The same key press may arrive twice through npm, so that signals at once count as one.
    const again = setInterval(() => child.kill("SIGINT"), 50);
    const { exitCode } = await child;
    clearInterval(again);
    expect(exitCode).toBe(130);
  });
});
