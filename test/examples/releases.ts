import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect } from "vitest";
import type { DatabaseConnection } from "../../provider/database/connection.ts";
import { type Manifest, parseManifest } from "../../release/manifest.ts";
import { patient } from "../patience.ts";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));

/** A release of an example, as its manifest says. */
export async function readRelease(example: string, version: string): Promise<{ manifest: Manifest; folder: string }> {
  const file = join(examples, example, "releases", `${version}.yaml`);
  return { manifest: parseManifest(await readFile(file, "utf8"), file), folder: dirname(file) };
}

export function addressOf({ host, port, user, password, database }: DatabaseConnection): string {
  const [name, secret, place] = [user, password, database].map(encodeURIComponent);
  return `postgresql://${name}:${secret}@${host}:${port}/${place}`;
}

/** One running instance of a service. */
export interface Instance {
  readonly url: string;
  /** Its JSON log so far. */
  readonly log: readonly Record<string, unknown>[];
  /** All that it wrote. */
  readonly text: () => string;
  logged(message: string): Promise<void>;
  terminate(): void;
  /** The exit code; undefined when a signal ended it. */
  readonly ended: Promise<number | undefined>;
}

/** Starts a service of a release as Greenlight does, on a free port, and waits until it answers at all. */
export async function startService(
  { manifest, folder }: { manifest: Manifest; folder: string },
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Instance> {
  const service = manifest.services[name];
  const port = String(await freePort());
  const [program = "", ...args] = (service?.command ?? []).map((part) => part.replaceAll("{port}", port));
  const child = execa(program, args, {
    cwd: resolve(folder, service?.directory ?? "."),
    extendEnv: false,
    env: {
      PATH: process.env.PATH ?? "",
      PORT: port,
      HOST: "127.0.0.1",
      VERSION: manifest.version,
      ENVIRONMENT: "blue",
      ...service?.env,
      ...env,
    },
    stdin: "ignore",
    reject: false,
    all: true,
  });
  const lines: string[] = [];
  const log: Record<string, unknown>[] = [];
  createInterface({ input: child.all }).on("line", (line) => {
    lines.push(line);
    if (line.startsWith("{")) log.push(JSON.parse(line));
  });
  const url = `http://127.0.0.1:${port}`;
  const ended = child.then(({ exitCode }) => exitCode);
  await expect
    .poll(() => (child.exitCode === null ? fetch(url).then(() => "answers", String) : "answers"), patient)
    .toBe("answers");
  return {
    url,
    log,
    text: () => lines.join("\n"),
    logged: async (message) => {
      await expect.poll(() => log.map((line) => line.message), patient).toContain(message);
    },
    terminate: () => child.kill("SIGTERM"),
    ended,
  };
}

/** Runs the release's own smoke test. */
export async function smoke(
  { manifest, folder }: { manifest: Manifest; folder: string },
  env: Readonly<Record<string, string>>,
): Promise<{ exitCode: number | undefined; output: string }> {
  const [program = "", ...args] = manifest.smoke.command;
  const { exitCode, all } = await execa(program, args, {
    cwd: resolve(folder, manifest.smoke.directory),
    extendEnv: false,
    env: { PATH: process.env.PATH ?? "", ...env },
    reject: false,
    all: true,
    timeout: manifest.smoke.timeout,
  });
  return { exitCode, output: all };
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, "127.0.0.1", listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}
