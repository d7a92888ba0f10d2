import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import { z } from "zod";
import { Problem } from "../../release/problem.ts";
import { unreadableState } from "./unreadableState.ts";

const outputsShape = z.record(z.string(), z.unknown());
const limits = { timeout: 60_000, maxBuffer: 10_000_000 };

/**
 * A stack's outputs, its secrets in plain text. The Automation API would ask twice, to tell which are secret.
 *
 * @throws Problem with the engine's own last words, which hold no output
 */
export async function outputsWithSecrets({ name, workspace }: Stack): Promise<Readonly<Record<string, unknown>>> {
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", name, "--non-interactive"];
  const ended = await execa(workspace.pulumiCommand.command, args, {
    ...limits,
    cwd: workspace.workDir,
    env: workspace.envVars,
    stdin: "ignore",
    reject: false,
  });
  if (ended.failed) {
    const unreadable = unreadableState(ended.stderr);
    if (unreadable !== undefined) throw unreadable;
    throw new Problem({
      happened: `The outputs of ${name} cannot be read: ${ended.stderr.trim().slice(-2000) || ended.shortMessage}`,
      untouched: "Nothing was changed.",
      next: "mend what the engine complains about, then run this again",
    });
  }
  return outputsShape.parse(parsed(ended.stdout, name));
}

/** What JSON's own error would quote may hold a secret. */
function parsed(text: string, stack: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem({ happened: `The engine told the outputs of ${stack} in another form than JSON.` });
  }
}
