import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { complaint, type Ended } from "../rehearsal/command.ts";
import {
  cleanUp,
  makeProject,
  type Places,
  placesOf,
  repository,
  requireFreePorts,
  stackName,
} from "../rehearsal/project.ts";
import { Stage } from "../rehearsal/stage.ts";
import type { EnvironmentName } from "../release/environment.ts";
import { Problem } from "../release/problem.ts";
import type { Toolchain } from "../tools/toolchain.ts";

/** Where the benchmark keeps what it makes. */
export const benchHome = join(repository, ".greenlight", "bench");

/** What both sides run while traffic goes back and forth: both are good. */
export const goodVersions = { blue: "v1.0.0", green: "v1.1.1" } as const;

/** Answers 5 % of its requests with an error once real traffic reaches it. */
export const badVersion = "v1.2.0";

/** A deployed stack of the shop to measure on, in a project of its own. */
export class Stand {
  readonly stage: Stage;
  readonly #places: Places;
  readonly #say: (line: string) => void;

  private constructor(stage: Stage, places: Places, say: (line: string) => void) {
    this.stage = stage;
    this.#places = places;
    this.#say = say;
  }

  /** Makes the project, deploys v1.0.0 on blue and lets it serve. */
  static async open(it: {
    firstPort: number;
    short: boolean;
    tools: Toolchain;
    signal: AbortSignal;
    say: (line: string) => void;
  }): Promise<Stand> {
    const project = join(benchHome, "project");
    const places = placesOf(benchHome, project);
    await cleanUp(places);
    makeProject(places, it.firstPort, it.short);
    withoutChecklist(places);
    await requireFreePorts(places);
    const stage = new Stage({ places, tools: it.tools, quick: it.short, signal: it.signal, say: it.say });
    const stand = new Stand(stage, places, it.say);
    try {
      it.say(`the first deployment: ${goodVersions.blue} on blue`);
      // By plain Pulumi: `greenlight release` waits for a verdict, and without traffic there is none.
      const made = await stage.commands.pulumi(["stack", "init"]).ended;
      requireDone("pulumi stack init", made);
      await stand.up();
    } catch (error) {
      await stand.close();
      throw error;
    }
    return stand;
  }

  /** Deploys a version beside what serves, by plain Pulumi; traffic stays. */
  async deployBeside(environment: EnvironmentName, version: string): Promise<void> {
    this.#say(`${version} on ${environment}, without traffic`);
    this.stage.context.stackFile.set({ [`greenlight:${environment}`]: version });
    await this.up();
  }

  /** Sets the live environment and updates, by plain Pulumi; the update's duration in milliseconds. */
  async switchTo(environment: EnvironmentName): Promise<number> {
    this.stage.context.stackFile.set({ "greenlight:live": environment });
    const tookMs = await this.up();
    const live = await this.stage.live();
    if (live?.environment !== environment) {
      throw new Problem({ happened: `After the switch to ${environment} ${await this.stage.sayLive()}.` });
    }
    return tookMs;
  }

  async toBlue(): Promise<void> {
    if ((await this.stage.live())?.environment !== "blue") await this.switchTo("blue");
  }

  /** `pulumi up` without a preview; its duration in milliseconds. */
  async up(): Promise<number> {
    const began = performance.now();
    const ended = await this.stage.pulumi("up", "--yes", "--skip-preview");
    const tookMs = performance.now() - began;
    requireDone("pulumi up", ended);
    return tookMs;
  }

  /** Runs a `greenlight` command that must end with 0. */
  async must(...args: string[]): Promise<Ended> {
    const ended = await this.stage.greenlight(...args);
    requireDone(`greenlight ${args.join(" ")}`, ended);
    return ended;
  }

  /** Addresses that users ask. */
  get addresses(): { api: string; web: string } {
    const { settings } = this.stage;
    const of = (name: string) => `http://${settings.listen}:${settings.services[name]?.port ?? 0}`;
    return { api: of("api"), web: of("web") };
  }

  /** Ends everything that it started and removes its files. */
  async close(): Promise<void> {
    await this.stage.commands.endAll();
    // An interrupted measurement is tidied up, too.
    this.stage.signal = AbortSignal.timeout(120_000);
    const ended = await this.stage.pulumi("destroy", "--yes", "--skip-preview").catch(() => undefined);
    if (ended?.exitCode !== 0) this.#say("the stack could not be destroyed; its processes are ended one by one");
    await cleanUp(this.#places);
  }
}

/** What is measured on the stand is deployment and traffic; a figure about the checklist sets its own level. */
function withoutChecklist({ project }: Places): void {
  const file = join(project, `Pulumi.${stackName}.yaml`);
  const document = parseDocument(readFileSync(file, "utf8"));
  document.setIn(["config", "greenlight:checklist"], { level: "none" });
  writeFileSync(file, document.toString({ lineWidth: 0 }));
}

function requireDone(what: string, ended: Ended): void {
  if (ended.exitCode === 0) return;
  throw new Problem({
    happened: `\`${what}\` ended with ${ended.exitCode ?? "a signal"}: ${complaint(ended)}`,
    next: "run the benchmark again; nothing of it is left",
  });
}
