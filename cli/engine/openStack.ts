import { existsSync } from "node:fs";
import { LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation/index.js";
import { SemVer } from "semver";
import type { Pulumi } from "../../tools/pulumi.ts";
import type { Context } from "../context.ts";
import { stateFile } from "./backendFolder.ts";

/**
 * Selects a stack with the Automation API, or creates it. The engine is started for it only where that tells something new: each start
 * takes a third of a second of a release.
 */
export async function openStack(it: {
  readonly context: Context;
  readonly pulumi: Pulumi;
  readonly env: Record<string, string>;
  /** PULUMI_BACKEND_URL, where it is known. */
  readonly backend: string | undefined;
}): Promise<Stack> {
  const { context, pulumi, env, backend } = it;
  const workspace = await LocalWorkspace.create({
    workDir: context.project,
    envVars: env,
    pulumiCommand: commandOf(pulumi),
  });
  const state = stateFile(backend, context);
  // Every command names its stack, so that one which is there need not be selected.
  if (state !== undefined && existsSync(state)) Object.assign(workspace, { selectStack: async () => undefined });
  const stack = await Stack.createOrSelect(context.stack, workspace);
  // After each update the Automation API starts the engine three times more to ask for outputs and history, which nobody reads here.
  return Object.assign(stack, { outputs: async () => ({}), info: async () => undefined });
}

/** `PulumiCommand.get` would ask the engine for its version, which the toolchain has just done. */
function commandOf({ path, version }: Pulumi): PulumiCommand {
  const command: PulumiCommand = Object.create(PulumiCommand.prototype);
  return Object.assign(command, { command: path, version: new SemVer(version) });
}
