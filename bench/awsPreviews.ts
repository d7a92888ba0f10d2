import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { environmentOf, openCloud, type PlayedCloud } from "../rehearsal/cloud/playedCloud.ts";
import { Commands, complaint } from "../rehearsal/command.ts";
import { addPlugin } from "../rehearsal/followed/followedProject.ts";
import { MemorySampler } from "../rehearsal/memory.ts";
import { greenlightProject, placesOf, stackName } from "../rehearsal/project.ts";
import { Problem } from "../release/problem.ts";
import type { Bench } from "./bench.ts";
import { benchHome } from "./stand.ts";

export interface Previewed {
  readonly ms: number;
  /** Peak of the command and all that it starts, proportional set size. */
  readonly memoryBytes: number;
  readonly resources: number;
}

const summary = /^\s*\+ (\d+) to create$/m;

/** A stack on a simulated AWS of as many services as are asked for, of which nothing is deployed. */
export class AwsPreviews {
  readonly #cloud: PlayedCloud;
  readonly #commands: Commands;
  readonly #project: string;

  private constructor(cloud: PlayedCloud, commands: Commands, project: string) {
    this.#cloud = cloud;
    this.#commands = commands;
    this.#project = project;
  }

  static async open({ tools, signal, say }: Bench): Promise<AwsPreviews> {
    const home = join(benchHome, "aws");
    const places = placesOf(home, join(home, "project"));
    rmSync(home, { recursive: true, force: true });
    mkdirSync(join(places.project, "releases"), { recursive: true });
    const state = join(home, "state");
    mkdirSync(state);
    const pulumi = greenlightProject(places.project);
    addPlugin(pulumi, places.project, "aws");
    writeFileSync(join(places.project, "Pulumi.yaml"), pulumi.toString());
    const cloud = await openCloud({ signal, say, images: () => undefined });
    const commands = new Commands(places, tools, {
      ...environmentOf(cloud.simulator),
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "it has no secrets",
    });
    const previews = new AwsPreviews(cloud, commands, home);
    await previews.#run("stack", "init");
    return previews;
  }

  /** Writes a project of so many services. */
  write(services: number): void {
    const names = Array.from({ length: services }, (_, at) => `s${at + 1}`);
    const of = (each: (name: string, at: number) => unknown) =>
      Object.fromEntries(names.map((name, at) => [name, each(name, at)]));
    const { vpc, subnets, certificate } = this.#cloud.teams;
    const settings = {
      platform: "aws",
      live: "blue",
      blue: "v1",
      checklist: { level: "none" },
      services: of(() => ({ port: 8080 })),
      aws: {
        account: this.#cloud.account,
        region: this.#cloud.region,
        name: "bench",
        vpc,
        subnets,
        loadBalancer: { create: { subnets, certificate, public: ["0.0.0.0/0"], tests: ["127.0.0.1/32"] } },
        services: of((name, at) => ({ hosts: [`${name}.shop.example`], priority: at + 1 })),
      },
    };
    const config = Object.fromEntries(Object.entries(settings).map(([key, it]) => [`greenlight:${key}`, it]));
    const project = join(this.#project, "project");
    writeFileSync(join(project, `Pulumi.${stackName}.yaml`), stringify({ config }));
    const digest = "0123456789abcdef".repeat(4);
    const manifest = {
      version: "v1",
      services: of((name) => ({ image: `registry.example/${name}@sha256:${digest}` })),
      database: { tool: "none" },
      smoke: { command: ["true"] },
    };
    writeFileSync(join(project, "releases", "v1.yaml"), stringify(manifest));
  }

  async preview(): Promise<Previewed> {
    const sampler = new MemorySampler({ own: process.pid, except: () => [], supervisors: () => [] }, 200);
    const began = performance.now();
    const stdout = await this.#run("preview");
    const ms = performance.now() - began;
    const { by } = await sampler.stop();
    // The benchmark itself, and the simulated AWS that it carries, are no part of a preview.
    const memoryBytes = (by.engine ?? 0) + (by["program and provider"] ?? 0);
    return { ms, memoryBytes, resources: Number(summary.exec(stdout)?.[1] ?? 0) };
  }

  async close(): Promise<void> {
    await this.#cloud.close();
    rmSync(this.#project, { recursive: true, force: true });
  }

  async #run(...args: readonly string[]): Promise<string> {
    const ended = await this.#commands.pulumi(args).ended;
    if (ended.exitCode === 0) return ended.stdout;
    throw new Problem({
      happened: `\`pulumi ${args[0]}\` failed: ${complaint(ended)}`,
      where: ended.stdout.slice(-2_000),
    });
  }
}
