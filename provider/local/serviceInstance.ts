import { accessSync, closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { maskSecrets } from "../../release/mask.ts";
import { Problem } from "../../release/problem.ts";
import { secretParts } from "../gates/secretParts.ts";
import { handler, type Step } from "../handler.ts";
import { folder } from "./folder.ts";
import { removeRecord, writeRecord } from "./instanceRecord.ts";
import { accepts, awaitPort, requireFree } from "./ports.ts";
import { startSupervised, stopSupervised, supervisorOf } from "./process/supervised.ts";

// The shell that keeps the process running hands on no other names.
const variables = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a name of letters, digits and _, not starting with a digit"),
  z.string(),
);
const inputs = z.strictObject({
  dir: z.string(),
  service: z.string(),
  environment: z.enum(["blue", "green"]),
  version: z.string(),
  /** The team's command, an argument list; `{port}` in an argument becomes the port. */
  command: z.tuple([z.string()], z.string()),
  directory: z.string(),
  env: variables,
  /** Environment variables that are secret. */
  secretEnv: variables,
  listen: z.string(),
  port: z.number().int(),
  /** How long a stopping process may finish its requests, ms. */
  drainMs: z.number().int().nonnegative(),
  /** How long a starting process may take until it listens, ms. */
  startMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;
const inputNames = Object.keys(inputs.shape) as (keyof Inputs)[];

/** A resource's name becomes the name of its pid, record and log files. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

interface Outputs {
  readonly address: string;
  /** Changes whenever the process was started anew by an update, so that its gates run again. */
  readonly incarnation: string;
  readonly supervisor: number;
  readonly running: boolean;
}

/** One process of a service in one environment, kept running in a process group of its own. */
export const serviceInstance = handler<Inputs, Outputs>({
  inputs,
  replaceOn: ["dir", "service", "environment"],
  drifted: (state) => !state.running,
  async check(step, _, news) {
    const property = "command";
    if (!plainName.test(step.name)) {
      return { failures: [{ property: "service", reason: `${step.name} cannot be the name of a file` }] };
    }
    try {
      if (!statSync(news.directory).isDirectory()) throw new Error("not a folder");
    } catch {
      return { failures: [{ property: "directory", reason: `${news.directory} is not a folder` }] };
    }
    return findCommand(news.command[0], news.directory) === undefined
      ? { failures: [{ property, reason: `there is no command ${news.command[0]} on PATH or in ${news.directory}` }] }
      : {};
  },
  async create(step, it) {
    return { id: `${it.dir}/${step.name}`, outputs: await start(step, it) };
  },
  async read(step, _, state) {
    const supervisor = supervisorOf(folder(state.dir).pidFile(step.name));
    if (supervisor === undefined) return undefined;
    return { ...state, supervisor, running: await accepts(state.listen, state.port) };
  },
  async update(step, _, state, news) {
    const supervisor = supervisorOf(folder(state.dir).pidFile(step.name));
    if (supervisor !== undefined && state.running && startsAlike(state, news)) {
      return { address: state.address, incarnation: state.incarnation, supervisor, running: true };
    }
    // Found out while the old one still serves.
    if (state.port !== news.port) await requireFree(news.listen, news.port, portUse(news));
    await stopSupervised(folder(state.dir).pidFile(step.name), state.drainMs);
    return start(step, news);
  },
  async delete(step, _, state) {
    await stopSupervised(folder(state.dir).pidFile(step.name), state.drainMs);
    removeRecord(state.dir, step.name);
  },
});

async function start(step: Step, it: Inputs): Promise<Outputs> {
  const at = folder(it.dir);
  const pidFile = at.pidFile(step.name);
  // A killed update may have left one running that no state knows.
  await stopSupervised(pidFile, it.drainMs);
  await requireFree(it.listen, it.port, portUse(it));
  const fill = (text: string) => text.replaceAll("{port}", String(it.port));
  const program = findCommand(it.command[0], it.directory) ?? it.command[0];
  const supervisor = await startSupervised(
    {
      pidFile,
      logFile: at.logFile(step.name),
      command: [program, ...it.command.slice(1).map(fill)],
      directory: it.directory,
      env: {
        ...inherited(),
        ...it.env,
        ...it.secretEnv,
        PORT: String(it.port),
        HOST: it.listen,
        VERSION: it.version,
        ENVIRONMENT: it.environment,
      },
    },
    step.signal,
  );
  writeRecord(it.dir, step.name, {
    service: it.service,
    environment: it.environment,
    version: it.version,
    port: it.port,
    startedAt: new Date().toISOString(),
  });
  const alive = () => supervisorOf(pidFile) !== undefined;
  if (!(await awaitPort(it.listen, it.port, it.startMs, step.signal, alive))) {
    await stopSupervised(pidFile, it.drainMs);
    removeRecord(it.dir, step.name);
    throw new Problem({
      happened: `${it.service} ${it.version} in ${it.environment} does not listen on port ${it.port} after ${it.startMs / 1000} s.`,
      where: `${it.command.join(" ")} in ${it.directory}`,
      untouched: "It was stopped again; the live environment serves as before.",
      next: `read its log ${at.logFile(step.name)}; it ends with:\n${maskSecrets(tail(at.logFile(step.name)), secretParts(it.secretEnv))}`,
    });
  }
  return {
    address: `http://${it.listen}:${it.port}`,
    incarnation: `${supervisor}-${Date.now()}`,
    supervisor,
    running: true,
  };
}

function portUse(it: Inputs): string {
  return `${it.service} in ${it.environment}`;
}

/** Whether nothing changed but how long we wait: that restarts nobody. */
function startsAlike(before: Inputs, after: Inputs): boolean {
  const asStarted = (it: Inputs) =>
    inputNames.filter((name) => name !== "drainMs" && name !== "startMs").map((name) => it[name]);
  return isDeepStrictEqual(asStarted(before), asStarted(after));
}

/** What every program may need of the caller's environment, and nothing that may be a secret. */
function inherited(): Record<string, string> {
  const names = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "USER"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name] ?? ""]] : [])));
}

function findCommand(command: string, directory: string): string | undefined {
  const candidates = command.includes("/")
    ? [isAbsolute(command) ? command : resolve(directory, command)]
    : (process.env.PATH ?? "").split(":").map((entry) => join(entry, command));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false; // not there: the next place is tried
    }
  });
}

function tail(file: string): string {
  try {
    const log = openSync(file, "r");
    try {
      const end = Buffer.alloc(4096);
      const from = Math.max(0, fstatSync(log).size - end.length);
      const text = end.toString("utf8", 0, readSync(log, end, 0, end.length, from));
      // The first line of what was cut out may be half a line, and half a secret.
      const lines = text
        .trimEnd()
        .split("\n")
        .slice(from > 0 ? 1 : 0);
      return lines.slice(-5).join("\n");
    } finally {
      closeSync(log);
    }
  } catch {
    return "(no log)";
  }
}
