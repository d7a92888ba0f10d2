import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { StackFile } from "../../cli/stackFile.ts";
import { readSettings } from "../../config.ts";
import { type EnvironmentName, other } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { type Command, Commands, complaint, type Ended } from "../command.ts";
import { type Places, stackName, stagingName } from "../project.ts";
import type { Stage } from "../stage.ts";
import { reportsOfVersion, stagingReports } from "./manifests.ts";

/** How far staging's ports are from those of the stack that is rehearsed. */
const apart = { services: 10, others: 50 };

/** Writes the staging stack's file: the same product, smaller, and no checklist: it is where evidence comes from. */
export function writeStagingFile(places: Places): void {
  const file = parseDocument(readFileSync(join(places.project, `Pulumi.${stackName}.yaml`), "utf8"));
  const { "greenlight:services": services, "greenlight:ports": ports } = file.toJS().config;
  for (const [name, { port }] of Object.entries<{ port: number }>(services)) {
    file.setIn(["config", "greenlight:services", name, "port"], port + apart.services);
    file.setIn(["config", "greenlight:services", name, "instances"], 1);
  }
  file.setIn(["config", "greenlight:ports"], String(Number(ports) + apart.others));
  file.setIn(["config", "greenlight:checklist"], file.createNode({ level: "none" }));
  file.setIn(["config", "greenlight:backup"], file.createNode({ drill: false, keep: 1, keepOnDestroy: false }));
  file.deleteIn(["config", "greenlight:announcements"]);
  writeFileSync(join(places.project, `Pulumi.${stagingName}.yaml`), file.toString({ lineWidth: 0 }));
}

/** The staging stack, worked with by plain Pulumi as a pipeline does it. */
export class Staging {
  readonly #stage: Stage;
  readonly #commands: Commands;
  readonly #file: StackFile;
  #live: EnvironmentName | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#commands = new Commands(stage.places, stage.tools, stage.engineEnv, { stack: stagingName });
    this.#file = StackFile.find(stage.places.project, stagingName);
  }

  /** Addresses that its users ask, by service. */
  get addresses(): Readonly<Record<"api" | "web", string>> {
    const { services, listen } = readSettings(this.#file.config("greenlight"));
    const of = (name: string) => `http://${listen}:${services[name]?.port ?? 0}`;
    return { api: of("api"), web: of("web") };
  }

  /** Deploys a version, moves all traffic to it, and keeps the stack's exported state as evidence. */
  async release(version: string): Promise<void> {
    if (this.#live === undefined) {
      this.#live = "blue";
      this.#file.set({ "greenlight:live": "blue", "greenlight:blue": version });
      await this.#must(this.#commands.pulumi(["stack", "init"]));
      await this.#up();
    } else {
      const to = other(this.#live);
      this.#file.set({ [`greenlight:${to}`]: version });
      await this.#up();
      this.#file.set({ "greenlight:live": to });
      await this.#up();
      this.#live = to;
    }
    const exported = await this.#must(this.#commands.pulumi(["stack", "export"]));
    this.#keep(version, stagingReports["infrastructure/staging"], exported.stdout);
  }

  /** Goes back from a version to the one before, as a drill, and keeps what the command ended with as evidence. */
  async rollBack(version: string): Promise<void> {
    const ended = await this.#must(
      this.#commands.greenlight(["rollback", "--reason", `drill of ${version} in staging`]),
    );
    if (this.#live !== undefined) this.#live = other(this.#live);
    this.#keep(version, stagingReports["infrastructure/rollback"], ended.stdout);
  }

  /** Ends it, whatever became of it. */
  async end(): Promise<void> {
    await this.#commands.endAll();
    if (this.#live === undefined) return;
    await this.#must(this.#commands.pulumi(["destroy", "--yes", "--skip-preview", "--suppress-outputs"]));
  }

  async #up(): Promise<void> {
    await this.#must(this.#commands.pulumi(["up", "--yes", "--skip-preview", "--suppress-outputs"]));
  }

  async #must(command: Command): Promise<Ended> {
    const ended = await this.#stage.run(command);
    if (ended.exitCode !== 0) {
      throw new Problem({
        happened: `In staging a command ended with ${ended.exitCode ?? "a signal"}: ${complaint(ended)}`,
      });
    }
    return ended;
  }

  #keep(version: string, file: string, text: string): void {
    const folder = join(this.#stage.places.project, reportsOfVersion(version));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}
