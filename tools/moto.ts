import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import { type CachedTool, inspectCache, provide } from "./cache.ts";
import { lastWords, outputOf, runLong } from "./command.ts";
import { freePort } from "./freePort.ts";
import { findOnPath } from "./lookup.ts";
import { findPython, pythonHint } from "./python.ts";
import { environment, type ToolSettings } from "./settings.ts";
import type { Search } from "./tool.ts";
import { versions } from "./versions.ts";

/** The simulated AWS, as Python modules. */
export interface Moto {
  /** The Python that runs it. */
  readonly python: string;
  /** Folder of its modules. */
  readonly path: string;
  readonly version: string;
  readonly source: "cache";
}

const megabytes = 31;
const requirements = fileURLToPath(new URL("./moto/requirements.txt", import.meta.url));

/** Modules that the server loads first: without one of them it does not start. */
const watched = [
  "site/moto/server.py",
  "site/moto/core/responses.py",
  "site/botocore/__init__.py",
  "site/flask/app.py",
];

/** A Python that is new enough, with its version as `3.11`; wheels are built for one such version. */
async function suitablePython(settings: ToolSettings): Promise<{ path: string; minor: string } | { missing: string }> {
  let missing = "python3 is not on PATH";
  for (const name of ["python3", "python"]) {
    const path = await findOnPath(name, environment(settings));
    if (path === undefined) continue;
    const text = await outputOf(path, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], settings);
    const minor = /^3\.\d+$/.exec(text ?? "")?.[0];
    const [oldest = 0, mine = 0] = [versions.moto.oldestPython, minor].map((it) => Number(it?.split(".")[1]));
    if (minor === undefined) missing = `${path} does not tell its version`;
    else if (mine < oldest) missing = `${path} is Python ${minor}, older than ${versions.moto.oldestPython}`;
    else return { path, minor };
  }
  return { missing };
}

function cachedMoto(python: { path: string; minor: string }, settings: ToolSettings): CachedTool {
  return {
    name: `moto-${versions.moto.provided}-python${python.minor}`,
    title: `moto ${versions.moto.provided}`,
    binaries: watched,
    install: async (folder) => {
      await installModules(folder, python.path, settings);
      return versions.moto.provided;
    },
  };
}

/** Looks for moto in the cache; one that a person installed is not used, as its version and its parts are unknown. */
export async function findMoto(settings: ToolSettings): Promise<Search<Moto>> {
  const python = await suitablePython(settings);
  if ("missing" in python) {
    return {
      found: undefined,
      missing: `it is not in the cache, and ${python.missing}`,
      would: undefined,
      mend: pythonHint,
    };
  }
  const cached = await inspectCache(cachedMoto(python, settings), environment(settings));
  if (cached.state === "ready") return { found: fromCache(python, cached) };
  const missing =
    cached.state === "damaged" ? `the one in the cache is damaged: ${cached.reason}` : "it is not in the cache";
  if (settings.offline === true) {
    return {
      found: undefined,
      missing: `${missing}, and it would have to be downloaded`,
      would: undefined,
      mend: "run this online",
    };
  }
  const would = `fetch moto ${versions.moto.provided} and what it needs with pip (${megabytes} MB)`;
  return { found: undefined, missing, would, mend: "npx tsx tools/install.ts moto" };
}

export async function ensureMoto(settings: ToolSettings): Promise<Moto> {
  const python = await suitablePython(settings);
  if ("missing" in python) throw notInstallable(python.missing);
  return fromCache(python, await provide(cachedMoto(python, settings), settings));
}

function notInstallable(why: string): Problem {
  return new Problem({
    happened: `moto, the simulated AWS, is missing and cannot be installed: ${why}.`,
    untouched: "Nothing was installed.",
    next: pythonHint,
    exitCode: exitCodes.missingTool,
  });
}

function fromCache(python: { path: string }, { folder, version }: { folder: string; version: string }): Moto {
  return { python: python.path, path: join(folder, "site"), version, source: "cache" };
}

async function installModules(folder: string, python: string, settings: ToolSettings): Promise<void> {
  // Only now: what is in the cache already needs no pip, which is slow to answer on a busy machine.
  const withPip = await findPython(settings);
  if ("missing" in withPip) throw notInstallable(withPip.missing);
  settings.progress?.(`fetching moto ${versions.moto.provided}, the simulated AWS, with pip`);
  try {
    await runLong(
      {
        file: python,
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
        doing: "fetching moto",
        timeoutMs: 15 * 60_000,
      },
      settings,
    );
  } catch (error) {
    settings.signal?.throwIfAborted();
    throw new Problem({
      happened: `pip could not install moto ${versions.moto.provided}.\n${lastWords(error)}`,
      untouched: "Nothing was installed.",
      next: "mend what pip complains about and run this again",
      exitCode: exitCodes.missingTool,
      cause: error,
    });
  }
}

/** A moto that runs: it keeps what it was told in memory, and forgets it when it ends. */
export interface RunningMoto {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const startTimeoutMs = 240_000;

/**
 * Starts moto's server on loopback, on the port given or on a free one, and waits until it answers.
 *
 * @throws Problem with its last words when it ends, or does not answer within a minute.
 */
export async function startMoto(
  moto: Moto,
  options: { readonly port?: number; readonly signal?: AbortSignal } = {},
): Promise<RunningMoto> {
  const port = options.port ?? (await freePort());
  const endpoint = `http://127.0.0.1:${port}`;
  const child = execa(
    moto.python,
    ["-S", "-c", "from moto.server import main; import sys; main(sys.argv[1:])", "-H", "127.0.0.1", "-p", String(port)],
    {
      cwd: moto.path,
      env: {
        PYTHONPATH: moto.path,
        PYTHONUNBUFFERED: "1",
        // Tasks and functions run elsewhere, or not at all: moto must look for no Docker.
        MOTO_LAMBDA_STUB_ECR: "true",
        MOTO_ECS_NEW_ARN: "true",
      },
      stdin: "ignore",
      stdout: "ignore",
      buffer: { stderr: true },
      maxBuffer: 200_000,
      reject: false,
      cleanup: true,
      forceKillAfterDelay: 3_000,
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    },
  );
  let ended = false;
  child.then(
    () => (ended = true),
    () => (ended = true),
  );
  const deadline = Date.now() + startTimeoutMs;
  while (!(await answers(endpoint))) {
    options.signal?.throwIfAborted();
    if (ended || Date.now() > deadline) {
      child.kill("SIGKILL");
      const { stderr } = await child;
      throw new Problem({
        happened: `moto, the simulated AWS, ${ended ? "ended at once" : `did not answer within ${startTimeoutMs / 1000} s`}.\n${String(stderr).trim().split("\n").slice(-8).join("\n")}`,
        where: endpoint,
        next: "node cli/bin.mjs doctor",
      });
    }
    await pause(100, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
  return {
    endpoint,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill("SIGTERM");
      await child;
    },
  };
}

async function answers(endpoint: string): Promise<boolean> {
  return await fetch(`${endpoint}/moto-api/`, { signal: AbortSignal.timeout(5_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
