import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, parseDocument } from "yaml";
import { z } from "zod";
import { portPlan } from "../components/local/portPlan.ts";
import { readSettings } from "../config.ts";
import { folder } from "../provider/local/folder.ts";
import { requireFree } from "../provider/local/ports.ts";
import { stopSupervised, supervisorOf } from "../provider/local/process/supervised.ts";
import { databaseFolder } from "../provider/local/unprivileged.ts";
import { belongsTo, carriesMark, type Process, processes, sendSignal, treeOf } from "./processes.ts";
import { addInterruptedReleases } from "./releases.ts";
import { until } from "./until.ts";

export const stackName = "rehearsal";
/** The stack that every release goes to first. */
export const stagingName = "staging";

/** Folder of this repository. */
export const repository = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

const pluginsShape = z.object({ providers: z.array(z.object({ path: z.string() })) });

/** Where a rehearsal keeps what it makes. */
export interface Places {
  /** Results: summary.json, report.html. */
  readonly home: string;
  /** The project, like a team's own repository that uses Greenlight. */
  readonly project: string;
  /** The stack's folder in it. */
  readonly stack: string;
  /** The staging stack's folder in it; there only while something is in staging. */
  readonly staging: string;
}

/** @param platform each but this machine has a folder of its own */
export function placesIn(root: string, platform = "local"): Places {
  const home = join(root, ".greenlight", platform === "local" ? "rehearsal" : `rehearsal-${platform}`);
  const project = join(home, "project");
  return placesOf(home, project);
}

/** The same in another folder. */
export function placesOf(home: string, project: string): Places {
  const kept = join(project, ".greenlight");
  return { home, project, stack: join(kept, stackName), staging: join(kept, stagingName) };
}

/** A copy of the shop with the rehearsal's own releases, beside a Pulumi.yaml of ours that is yet to be written. */
export function copyShop(places: Places): ReturnType<typeof parseDocument> {
  mkdirSync(places.project, { recursive: true });
  const shop = join(places.project, "shop");
  cpSync(join(repository, "examples", "shop"), shop, { recursive: true });
  addInterruptedReleases(shop);
  return greenlightProject(places.project);
}

/** A Pulumi.yaml that runs this repository's program and providers from a folder elsewhere; yet to be written. */
export function greenlightProject(project: string): ReturnType<typeof parseDocument> {
  const pulumi = parseDocument(readFileSync(join(repository, "Pulumi.yaml"), "utf8"));
  const here = relative(project, repository);
  pulumi.set("main", join(here, "index.ts"));
  const { providers } = pluginsShape.parse(pulumi.toJS().plugins);
  for (const [index, { path }] of providers.entries()) {
    pulumi.setIn(["plugins", "providers", index, "path"], join(here, path));
  }
  return pulumi;
}

/** Makes the project anew: Pulumi.yaml, the stack file, and the shop. */
export function makeProject(places: Places, firstPort: number | undefined, quick: boolean): void {
  const pulumi = copyShop(places);
  writeFileSync(join(places.project, "Pulumi.yaml"), pulumi.toString());
  const stack = parseDocument(readFileSync(join(repository, `Pulumi.${stackName}.yaml`), "utf8"));
  stack.setIn(["config", "greenlight:releases"], "shop/releases");
  if (quick) shorten(stack);
  if (firstPort !== undefined) movePorts(stack, firstPort);
  writeFileSync(join(places.project, `Pulumi.${stackName}.yaml`), stack.toString({ lineWidth: 0 }));
}

/** The same rules with shorter times. */
function shorten(stack: ReturnType<typeof parseDocument>): void {
  const set = (group: string, name: string, value: string) =>
    stack.setIn(["config", `greenlight:${group}`, name], value);
  // Long enough for several looks over the whole of errorFor: one alone may find a second with hardly an error in it.
  set("watch", "for", "10s");
  set("watch", "smokeEvery", "3s");
  set("thresholds", "errorFor", "3s");
  set("thresholds", "p95For", "3s");
  set("gates", "deadline", "5s");
}

/** The services take the first ports, everything else those from 20 on. */
function movePorts(stack: ReturnType<typeof parseDocument>, firstPort: number): void {
  const services = Object.keys(stack.toJS().config["greenlight:services"]);
  for (const [index, name] of services.entries()) {
    stack.setIn(["config", "greenlight:services", name, "port"], firstPort + index);
  }
  stack.setIn(["config", "greenlight:ports"], String(firstPort + 20));
}

/** Every port that the project's stack uses. */
export function portsOf(places: Places, stack = stackName): { listen: string; ports: number[] } {
  const { config } = parse(readFileSync(join(places.project, `Pulumi.${stack}.yaml`), "utf8"));
  const settings = readSettings(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
  );
  const plan = portPlan(settings);
  const own = Object.values(plan.services).flatMap((it) => [it.direct.blue, it.direct.green, ...it.blue, ...it.green]);
  return {
    listen: settings.listen,
    ports: [
      ...Object.values(settings.services).map((it) => it.port),
      plan.admin,
      ...(plan.database === undefined ? [] : [plan.database]),
      ...own,
    ],
  };
}

export async function requireFreePorts(places: Places, stack = stackName): Promise<void> {
  const { listen, ports } = portsOf(places, stack);
  for (const port of ports) await requireFree(listen, port, "the rehearsal");
}

/** Every supervisor that a stack has recorded and that lives. */
export function supervisors(places: Places): { name: string; pid: number }[] {
  return pidFiles(places).flatMap(({ name, pidFile }) => {
    const pid = supervisorOf(pidFile);
    return pid === undefined ? [] : [{ name, pid }];
  });
}

function pidFiles({ stack, staging }: Places): { name: string; pidFile: string }[] {
  return [stack, staging].flatMap(pidFilesOf);
}

function pidFilesOf(stack: string): { name: string; pidFile: string }[] {
  const at = folder(stack);
  const recorded = existsSync(at.processes) ? readdirSync(at.processes).filter((it) => it.endsWith(".pid")) : [];
  return [
    ...recorded.map((file) => ({
      name: file === "proxy.pid" ? "proxy" : "services",
      pidFile: join(at.processes, file),
    })),
    { name: "database", pidFile: join(databaseFolder(stack), "supervisor.pid") },
  ];
}

/** Processes of the rehearsal that neither belong to a supervisor nor to a command that is under way. */
export async function orphans(places: Places): Promise<string[]> {
  const all = await processes();
  const known = new Set(
    [process.pid, ...supervisors(places).map((it) => it.pid)].flatMap((pid) => treeOf(all, pid).map((it) => it.pid)),
  );
  return all
    .filter((it) => !known.has(it.pid) && belongsTo(it, places.project))
    .map((it) => `${it.pid} ${it.args.slice(0, 120)}`);
}

/**
 * Ends whatever processes a rehearsal left and removes its project and its database's files. Commands first: an engine
 * that still runs would start again what is ended.
 */
export async function cleanUp(places: Places): Promise<void> {
  const databases = [places.stack, places.staging].map(databaseFolder);
  if (![places.project, ...databases].some((it) => existsSync(it))) return;
  await endCommands(places);
  for (const { pidFile } of pidFiles(places)) await stopSupervised(pidFile, 5000);
  for (const it of databases) rmSync(it, { recursive: true, force: true });
  rmSync(places.project, { recursive: true, force: true, maxRetries: 3 });
}

async function endCommands(places: Places): Promise<void> {
  const left = async () => {
    const all = await processes();
    const supervised = new Set(supervisors(places).flatMap(({ pid }) => treeOf(all, pid).map((it) => it.pid)));
    const own = new Set(ancestors(all));
    return all.filter((it) => !supervised.has(it.pid) && !own.has(it.pid) && carriesMark(it, places.project));
  };
  for (const it of await left()) sendSignal(it.pid, "SIGTERM");
  if (await until(async () => (await left()).length === 0, 5000)) return;
  for (const it of await left()) sendSignal(it.pid, "SIGKILL");
}

/** Who started us may name the folder too. */
function ancestors(all: readonly Process[]): number[] {
  const found = [process.pid];
  for (const pid of found) {
    const parent = all.find((it) => it.pid === pid)?.parent;
    if (parent !== undefined && parent > 0 && !found.includes(parent)) found.push(parent);
  }
  return found;
}
