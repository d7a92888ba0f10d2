import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import { type Context, openContext } from "../../cli/context.ts";
import { platformFactsOf } from "../../components/local/platformFacts.ts";
import { thresholdsOf } from "../../config.ts";
import { EnvoyAdmin } from "../../provider/local/envoy/admin.ts";
import { writeWeights } from "../../provider/local/envoy/runtimeLayer.ts";
import { folder } from "../../provider/local/folder.ts";
import { supervisorOf } from "../../provider/local/process/supervised.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { patient } from "../patience.ts";
import { Managed, secret } from "../provider/managed.ts";
import { tinyServer } from "../provider/stage.ts";
import type { Project } from "./project.ts";

/** A project's local platform as an update would leave it, made by the same resources, without the engine. */
export class Deployed {
  readonly context: Context;
  readonly #facts: ReturnType<typeof platformFactsOf>;
  readonly #resources: Managed[] = [];
  readonly #asked = new Map<Managed, Record<string, unknown>>();

  constructor(project: Project) {
    this.context = openContext({ project: project.dir, json: false, yes: true });
    this.#facts = platformFactsOf(this.context.stack, this.context.settings());
    const at = folder(this.context.dir);
    for (const dir of [at.processes, at.logs]) mkdirSync(dir, { recursive: true });
    writeFileSync(at.platform, JSON.stringify(this.#facts));
  }

  async start(versions: Readonly<Record<EnvironmentName, string>>): Promise<void> {
    const { dir } = this.context;
    const { listen, adminPort, services } = this.#facts;
    await this.#create("greenlight:local:Proxy", "proxy", { dir, listen, adminPort, services });
    await Promise.all([this.#instance("blue", versions.blue), this.#instance("green", versions.green)]);
    const thresholds = thresholdsOf(this.context.settings());
    await this.#create("greenlight:local:Alarms", "alarms", { dir, services: ["api"], thresholds });
    await this.weigh(100);
  }

  /** Shares traffic and waits until the proxy does. */
  async weigh(blue: number): Promise<void> {
    writeWeights(join(this.context.dir, "envoy"), ["api"], { blue, green: 100 - blue });
    const admin = new EnvoyAdmin(this.#facts.listen, this.#facts.adminPort);
    await vi.waitUntil(async () => (await admin.weights("api").catch(() => undefined))?.blue === blue, patient);
  }

  /** Kills a process with its supervisor, as a machine that goes down does. */
  async kill(name: string): Promise<void> {
    const pidFile = folder(this.context.dir).pidFile(name);
    process.kill(-(supervisorOf(pidFile) ?? Number.NaN), "SIGKILL");
    await vi.waitUntil(() => supervisorOf(pidFile) === undefined, patient);
  }

  /** Starts again what was killed, as the next update would. */
  async revive(): Promise<void> {
    for (const resource of this.#resources) {
      if ((await resource.refresh()) === undefined) await resource.create(this.#asked.get(resource) ?? {});
    }
    await this.weigh(100);
  }

  async end(): Promise<void> {
    for (const resource of this.#resources.reverse()) await resource.delete();
  }

  async #instance(environment: EnvironmentName, version: string): Promise<void> {
    const port = this.#facts.services[0]?.instances[environment][0];
    await this.#create("greenlight:local:ServiceInstance", `${environment}-api-1`, {
      dir: this.context.dir,
      service: "api",
      environment,
      version,
      command: [process.execPath, tinyServer],
      directory: this.context.project,
      env: {},
      secretEnv: secret({}),
      listen: this.#facts.listen,
      port,
      drainMs: 0,
      startMs: 60_000,
    });
  }

  async #create(type: string, name: string, inputs: Record<string, unknown>): Promise<void> {
    const resource = new Managed(type, name);
    await resource.create(inputs);
    this.#resources.push(resource);
    this.#asked.set(resource, inputs);
  }
}
