import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { unzipSync } from "fflate";
import { z } from "zod";
import type { Inner } from "./inner.ts";
import type { ApiRequest } from "./request.ts";

const created = z.looseObject({ FunctionName: z.string(), Code: z.looseObject({ ZipFile: z.string() }) });
const updated = z.looseObject({ ZipFile: z.string() });

/** A call of a function, as it ended. */
export interface Invocation {
  readonly function: string;
  readonly event: unknown;
  /** What it gave back; undefined when it failed. */
  readonly result: unknown;
  readonly error: string | undefined;
}

const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));
/** What Lambda's runtime does: loads the handler, calls it with the event, tells what came of it. */
const runtime = `
const [file, name] = process.argv.slice(1);
let event = "";
for await (const chunk of process.stdin) event += chunk;
try {
  const result = await (await import(file))[name](JSON.parse(event));
  process.send({ result: result ?? null }, () => process.exit(0));
} catch (error) {
  process.send({ error: String(error?.stack ?? error) }, () => process.exit(1));
}`;

/** How often Lambda calls a function again whose call nobody waits for. */
const retries = 2;

/**
 * Functions that run: the code that was uploaded, each call in a process of its own with the rights' name of the function as its access
 * key. moto keeps what they are set to.
 */
export class Functions {
  readonly invocations: Invocation[] = [];
  readonly #inner: Inner;
  readonly #endpoint: () => string;
  readonly #code = new Map<string, Buffer>();
  readonly #running = new Set<Promise<void>>();
  readonly #signal: AbortSignal;

  constructor(inner: Inner, endpoint: () => string, signal: AbortSignal) {
    this.#inner = inner;
    this.#endpoint = endpoint;
    this.#signal = signal;
  }

  /** Keeps the code that a request uploads, before moto takes the request. */
  note({ method, path, body }: ApiRequest): void {
    const called = /^\/2015-03-31\/functions(?:\/([^/?]+))?(\/code)?\/?(?:\?|$)/.exec(path);
    if (called === null) return;
    const [, name, code] = called;
    if (method === "POST" && name === undefined) {
      const it = created.safeParse(JSON.parse(body.toString("utf8")));
      if (it.success) this.#code.set(it.data.FunctionName, Buffer.from(it.data.Code.ZipFile, "base64"));
    }
    if (method === "PUT" && name !== undefined && code !== undefined) {
      const it = updated.safeParse(JSON.parse(body.toString("utf8")));
      if (it.success) this.#code.set(name, Buffer.from(it.data.ZipFile, "base64"));
    }
  }

  /** Calls a function as an event does: nobody waits for it, and a call that fails is made again, without the pauses of Lambda. */
  call(name: string, event: unknown, region: string): void {
    const work = this.#calls(name, event, region).finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  /** Waits until no function runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #calls(name: string, event: unknown, region: string): Promise<void> {
    for (let left = retries; left >= 0; left--) {
      const invocation = await this.#once(name, event, region).catch((error: unknown) => ({
        ...{ function: name, event, result: undefined },
        error: String(error),
      }));
      this.invocations.push(invocation);
      if (invocation.error === undefined) return;
    }
  }

  async #once(name: string, event: unknown, region: string): Promise<Invocation> {
    const code = this.#code.get(name);
    if (code === undefined) throw new Error(`The simulator has no code of the function ${name}.`);
    const set = await this.#inner
      .client(LambdaClient, region)
      .send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    const folder = mkdtempSync(join(tmpdir(), "greenlight-function-"));
    try {
      for (const [file, bytes] of Object.entries(unzipSync(code))) {
        const at = resolve(folder, file);
        if (!at.startsWith(`${folder}/`)) throw new Error(`${file} would lie outside the function's folder`);
        mkdirSync(dirname(at), { recursive: true });
        writeFileSync(at, bytes);
      }
      // The SDK of Lambda's runtime; here it is the project's.
      symlinkSync(modules, join(folder, "node_modules"));
      const [file = "", handler = ""] = (set.Handler ?? "").split(".");
      const ended = await this.#run(
        [pathToFileURL(join(folder, `${file}.mjs`)).href, handler],
        event,
        { ...set.Environment?.Variables, ...this.#environment(name, region, set.Role ?? "") },
        (set.Timeout ?? 3) * 1_000,
      );
      return { function: name, event, ...ended };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  #environment(name: string, region: string, role: string): Record<string, string> {
    return {
      PATH: process.env.PATH ?? "",
      AWS_REGION: region,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_ENDPOINT_URL: this.#endpoint(),
      AWS_ACCESS_KEY_ID: accessKeyOf(role),
      AWS_SECRET_ACCESS_KEY: "simulator",
    };
  }

  #run(args: string[], event: unknown, env: Record<string, string>, timeoutMs: number) {
    return new Promise<Pick<Invocation, "result" | "error">>((done) => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", runtime, "--", ...args], {
        env,
        stdio: ["pipe", "ignore", "ignore", "ipc"],
        signal: this.#signal,
        timeout: timeoutMs,
        killSignal: "SIGKILL",
      });
      let said: { result?: unknown; error?: string } | undefined;
      child.on("message", (message) => {
        said = message as { result?: unknown; error?: string };
      });
      child.on("error", () => undefined);
      child.on("close", (exitCode) =>
        done(
          said === undefined
            ? { result: undefined, error: `ended without an answer, with ${exitCode ?? "a signal"}` }
            : { result: said.result, error: said.error },
        ),
      );
      child.stdin?.end(JSON.stringify(event));
    });
  }
}

const roleKey = "ROLE";

/** The access key of what runs with a role, so that the simulator knows whose requests are which. */
export function accessKeyOf(role: string): string {
  return `${roleKey}${Buffer.from(role).toString("hex").toUpperCase()}`;
}

/** The ARN of the role that an access key is of; undefined for a key of somebody else. */
export function roleOf(accessKey: string): string | undefined {
  if (!accessKey.startsWith(roleKey)) return undefined;
  return Buffer.from(accessKey.slice(roleKey.length), "hex").toString("utf8");
}
