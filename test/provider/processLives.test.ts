import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";
import { processLives } from "../../provider/processLives.ts";
import { eventually } from "../processes.ts";

it("a process that does something lives, and one that is gone does not", async () => {
  expect(processLives(process.pid)).toBe(true);
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.once("exit", resolve));
  expect(processLives(child.pid ?? Number.NaN)).toBe(false);
});

it("one that has ended does not, also while nobody has asked how: an engine that was killed holds no lock for good", async () => {
  // The shell starts a program, tells its pid, and becomes one that never asks after it.
  const shell = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 20"], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void shell.kill("SIGKILL"));
  const lines = createInterface({ input: shell.stdout });
  const pid = Number(await new Promise<string>((resolve) => lines.once("line", resolve)));
  expect(processLives(pid)).toBe(true);
  await eventually("the program to have ended", async () => !processLives(pid) || undefined);
  // It is in the list all the same.
  expect(() => process.kill(pid, 0)).not.toThrow();
});
