import { mkdirSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { vi } from "vitest";
import { EnvoyAdmin } from "../../provider/local/envoy/admin.ts";
import type { ServiceFacts } from "../../provider/local/platformFacts.ts";
import { startSupervised } from "../../provider/local/process/supervised.ts";
import { patient } from "../patience.ts";
import { freePorts, Stage, tinyServer } from "./stage.ts";

/** A proxy's surroundings: ports, and tiny servers behind it as blue and green of one service. */
export class Outpost {
  readonly stage = new Stage();
  readonly admin: number;
  readonly api: ServiceFacts;
  readonly asked: EnvoyAdmin;

  private constructor(ports: readonly number[]) {
    const [admin = 0, port = 0, blue = 0, green = 0, directBlue = 0, directGreen = 0] = ports;
    this.admin = admin;
    this.asked = new EnvoyAdmin("127.0.0.1", admin);
    this.api = {
      name: "api",
      port,
      healthPath: "/health",
      instances: { blue: [blue], green: [green] },
      direct: { blue: directBlue, green: directGreen },
    };
    mkdirSync(this.stage.path("processes"));
    mkdirSync(this.stage.path("logs"));
  }

  static async open(): Promise<Outpost> {
    return new Outpost(await freePorts(6));
  }

  /** Inputs of the proxy. */
  proxy(services: readonly ServiceFacts[] = [this.api], over: object = {}): Record<string, unknown> {
    return { dir: this.stage.dir, listen: "127.0.0.1", adminPort: this.admin, services, ...over };
  }

  async serve(environment: "blue" | "green", env: Record<string, string> = {}): Promise<void> {
    const port = this.api.instances[environment][0];
    await this.serveOn(port ?? 0, environment, env);
  }

  async serveOn(port: number, version: string, env: Record<string, string> = {}): Promise<void> {
    const name = `${version}-${port}`;
    const pidFile = this.stage.path("processes", `${name}.pid`);
    await startSupervised(
      {
        pidFile,
        logFile: this.stage.path("logs", `${name}.log`),
        command: [process.execPath, tinyServer],
        directory: this.stage.dir,
        env: { PORT: String(port), VERSION: version, ...env },
      },
      AbortSignal.timeout(30_000),
    );
    await vi.waitUntil(() => this.stage.read("logs", `${name}.log`).includes("listening"), patient);
  }

  async healthy(environment: "blue" | "green", healthy = true): Promise<void> {
    await vi.waitUntil(async () => {
      const seen = await this.asked.healthy("api", environment).catch(() => ({ healthy: 0, of: 1 }));
      return healthy ? seen.healthy === seen.of && seen.of > 0 : seen.healthy === 0;
    }, patient);
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

export interface Answer {
  readonly status: number;
  readonly version: string | undefined;
  /** What the answer gave the client to keep, as it would send it back. */
  readonly cookie?: string | undefined;
}

/** One request on a kept connection, never repeated; status 0 when no answer came. */
export async function ask(
  port: number,
  path = "/",
  headers: Record<string, string> = {},
  by: Agent = agent,
): Promise<Answer> {
  return new Promise((resolve) => {
    const failed = () => resolve({ status: 0, version: undefined });
    const request = httpRequest({ host: "127.0.0.1", port, path, headers, agent: by, timeout: 10_000 }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on("error", failed);
      response.on("end", () => {
        const version = /"version":"(\w*)"/.exec(body)?.[1];
        const cookie = response.headers["set-cookie"]?.[0]?.split(";")[0];
        resolve({ status: response.statusCode ?? 0, version, cookie });
      });
    });
    request.on("error", failed);
    request.on("timeout", () => request.destroy());
    request.end();
  });
}
