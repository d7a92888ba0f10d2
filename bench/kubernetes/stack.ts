import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { requirePlatform } from "../../cli/live.ts";
import type { Platform } from "../../cli/platform/platform.ts";
import { complaint, type Ended } from "../../rehearsal/command.ts";
import { addPlugin } from "../../rehearsal/followed/followedProject.ts";
import { Ground, type GroundSettings } from "../../rehearsal/ground.ts";
import type { LoadTarget } from "../../rehearsal/load/client.ts";
import { greenlightProject, type Places, stackName } from "../../rehearsal/project.ts";
import { type EnvironmentName, other } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { imageOf, service, servicePort, versionOf } from "./image.ts";
import type { Scale } from "./scale.ts";

export interface StackPlan {
  readonly kubeconfig: string;
  readonly namespace: string;
  /** What the name of every object begins with. */
  readonly prefix: string;
  /** Whether users come through a Gateway's route; else by the live Service. */
  readonly routed: boolean;
  /** Where users reach it. */
  readonly port: number;
  /** Where the smoke test reaches each side. */
  readonly tests: Readonly<Record<EnvironmentName, number>>;
  readonly scale: Scale;
}

/** A stack of ours with one service, released blue/green or by shares. */
export class Stack extends Ground {
  readonly ratePerSecond: number;
  readonly plan: StackPlan;

  /** Makes the project of a team; nothing is deployed yet. */
  constructor(settings: GroundSettings, plan: StackPlan) {
    makeProject(settings.places, plan);
    super(settings);
    this.plan = plan;
    this.ratePerSecond = plan.scale.ratePerSecond;
  }

  /** Deploys the first version, which serves from then on. */
  async deploy(): Promise<void> {
    this.#mustEnd("pulumi stack init", await this.run(this.commands.pulumi(["stack", "init"])));
    await this.#up();
  }

  asked(): Promise<Platform> {
    return requirePlatform(this.context);
  }

  protected users(): LoadTarget[] {
    return [{ name: service, url: `http://127.0.0.1:${this.plan.port}`, weight: 1, paths: ["/"] }];
  }

  /** Deploys a version on the side that does not serve, by plain Pulumi; traffic stays. */
  async deployBeside(version: string): Promise<void> {
    this.context.stackFile.set({ [`greenlight:${this.#idle()}`]: version });
    await this.#up();
  }

  /** Gives the version that was deployed beside users' requests, all or a share. */
  async give(share?: number): Promise<void> {
    const part = share === undefined ? [] : ["--share", String(share)];
    const args = ["switch", this.#idle(), ...part];
    this.#mustEnd(`greenlight ${args.join(" ")}`, await this.greenlight(...args));
  }

  #idle(): EnvironmentName {
    return other(this.settings.live);
  }

  async #up(): Promise<void> {
    this.#mustEnd("pulumi up", await this.pulumi("up", "--yes", "--skip-preview"));
  }

  #mustEnd(what: string, ended: Ended): void {
    if (ended.exitCode === 0) return;
    throw new Problem({
      happened: `\`${what}\` ended with ${ended.exitCode ?? "a signal"}: ${complaint(ended)}`,
      where: this.places.project,
    });
  }
}

function makeProject(places: Places, plan: StackPlan): void {
  const releases = join(places.project, "releases");
  mkdirSync(releases, { recursive: true });
  for (let round = 0; round <= plan.scale.rounds; round++) {
    writeFileSync(join(releases, `${versionOf(round)}.yaml`), stringify(manifest(versionOf(round))));
  }
  const pulumi = greenlightProject(places.project);
  addPlugin(pulumi, places.project, "kubernetes");
  writeFileSync(join(places.project, "Pulumi.yaml"), pulumi.toString());
  const config = Object.entries(settingsOf(plan)).map(([key, it]) => [`greenlight:${key}`, it]);
  writeFileSync(join(places.project, `Pulumi.${stackName}.yaml`), stringify({ config: Object.fromEntries(config) }));
}

/** Its smoke test asks the environment's own address once. */
function manifest(version: string): object {
  const ask =
    "const is = await (await fetch(process.env.APP_URL)).text(); if (is.trim() !== process.env.EXPECT_VERSION) process.exit(1);";
  const command = [process.execPath, "--input-type=module", "-e", ask];
  return { version, services: { [service]: { image: imageOf(version) } }, smoke: { command, timeout: "20s" } };
}

function settingsOf({ kubeconfig, namespace, prefix, routed, tests, scale }: StackPlan): Record<string, unknown> {
  const addresses = { blue: `http://127.0.0.1:${tests.blue}`, green: `http://127.0.0.1:${tests.green}` };
  return {
    platform: "kubernetes",
    live: "blue",
    blue: versionOf(0),
    releases: "releases",
    checklist: { level: "none" },
    services: { [service]: { port: servicePort, instances: scale.pods, drain: "2s", health: { path: "/health" } } },
    kubernetes: {
      kubeconfig,
      namespace,
      name: prefix,
      endpointDelay: `${scale.endpointDelaySeconds}s`,
      gates: { deadline: "60s" },
      ...(routed ? { gateway: { name: "public" } } : {}),
      services: { [service]: { addresses, ...(routed ? { hosts: ["app.example"] } : {}) } },
    },
  };
}
