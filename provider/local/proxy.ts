import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { environmentNames } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { handler, type Step } from "../handler.ts";
import { EnvoyAdmin } from "./envoy/admin.ts";
import { bootstrap, clusters, listeners, routes } from "./envoy/config.ts";
import { routeNames } from "./envoy/routes.ts";
import { linkPath, writeWeights } from "./envoy/runtimeLayer.ts";
import { folder } from "./folder.ts";
import { serviceFacts } from "./platformFacts.ts";
import { accepts, loopback, requireFree } from "./ports.ts";
import { startSupervised, stopSupervised, supervisorOf } from "./process/supervised.ts";

const inputs = z.strictObject({
  dir: z.string(),
  /** Where the services' own ports are opened; admin and direct addresses stay on loopback. */
  listen: z.string(),
  adminPort: z.number().int(),
  services: z.array(serviceFacts).min(1),
  /** Name of the header by which testers ask for a side; left out, there is none. */
  testers: z.strictObject({ header: z.string() }).optional(),
  /** How long a user stays with the side that answered first; left out, not at all. */
  stickySeconds: z.number().int().min(1).optional(),
});
type Inputs = z.infer<typeof inputs>;
const adminInterface = "the proxy's admin interface";

interface Outputs {
  readonly supervisor: number;
  readonly running: boolean;
  readonly version: string;
}

/** Envoy in front of both environments, kept running. A change of services or ports is taken up without a restart. */
export const proxy = handler<Inputs, Outputs>({
  inputs,
  replaceOn: ["dir"],
  drifted: (state) => !state.running,
  async create(step, it) {
    return { id: `${it.dir}/proxy`, outputs: await bringUp(step, it) };
  },
  async read(_, __, state) {
    const supervisor = supervisorOf(folder(state.dir).pidFile("proxy"));
    if (supervisor === undefined) return undefined;
    return { ...state, supervisor, running: await new EnvoyAdmin(loopback, state.adminPort).ready() };
  },
  async update(step, _, state, news) {
    if (state.adminPort !== news.adminPort || state.listen !== news.listen) {
      // Found out while the old one still serves.
      if (state.adminPort !== news.adminPort) await requireFree(loopback, news.adminPort, adminInterface);
      await stopSupervised(folder(news.dir).pidFile("proxy"), 10_000);
    }
    return bringUp(step, news);
  },
  async delete(_, __, state) {
    await stopSupervised(folder(state.dir).pidFile("proxy"), 10_000);
    rmSync(folder(state.dir).envoy, { recursive: true, force: true });
  },
});

async function bringUp(step: Step, it: Inputs): Promise<Outputs> {
  const at = folder(it.dir);
  const pidFile = at.pidFile("proxy");
  const { findTool } = await import("../../tools/toolchain.ts");
  const envoy = await findTool("envoy");
  if (envoy === undefined) throw new Problem({ happened: "Envoy is not installed.", next: "run `greenlight doctor`" });
  mkdirSync(at.envoy, { recursive: true });
  const paths = {
    lds: join(at.envoy, "lds.json"),
    cds: join(at.envoy, "cds.json"),
    runtime: linkPath(at.envoy),
  };
  const running = supervisorOf(pidFile) !== undefined;
  if (running) await requireNewPortsFree(it);
  // Before the first switch nothing may reach an environment that no gate has passed.
  if (!existsSync(paths.runtime)) {
    writeWeights(
      at.envoy,
      it.services.map((service) => service.name),
      { blue: 0, green: 0 },
    );
  }
  place(paths.cds, clusters(it));
  const routesAt = (service: string) => join(at.envoy, `routes-${service}.json`);
  // A listener is not taken while the file of its routes is missing.
  for (const service of it.services) place(routesAt(service.name), routes(it, service));
  place(paths.lds, listeners(it, routesAt));
  const config = join(at.envoy, "bootstrap.json");
  place(config, bootstrap(it, paths));
  if (!running) {
    await stopSupervised(pidFile, 0);
    await requireFree(loopback, it.adminPort, adminInterface);
    for (const { host, port, what } of addresses(it)) await requireFree(host, port, what);
    await startSupervised(
      {
        pidFile,
        logFile: at.logFile("proxy"),
        command: [
          envoy.path,
          // With it each Envoy that is killed would leave a file in the machine's memory.
          ...["--config-path", config, "--disable-hot-restart", "--concurrency", "1"],
          ...["--log-level", "warn", "--drain-time-s", "5"],
        ],
        directory: at.envoy,
        env: { PATH: process.env.PATH ?? "" },
      },
      step.signal,
    );
  }
  await awaitServing(step, it);
  return { supervisor: supervisorOf(pidFile) ?? 0, running: true, version: envoy.version };
}

/** A running proxy takes up new ports without a restart: those that it does not have yet must be free. */
async function requireNewPortsFree(it: Inputs): Promise<void> {
  const admin = new EnvoyAdmin(loopback, it.adminPort);
  if (!(await admin.ready())) return;
  const own = await admin.listeningOn();
  for (const { host, port, what } of addresses(it)) {
    if (!own.includes(port)) await requireFree(host, port, what);
  }
}

async function awaitServing(step: Step, it: Inputs): Promise<void> {
  const admin = new EnvoyAdmin(loopback, it.adminPort);
  const deadline = Date.now() + 20_000;
  const wanted = addresses(it);
  for (;;) {
    // A port that accepts may be another program's: the proxy itself must say that it listens there.
    const own = (await admin.ready()) ? await admin.listeningOn().catch(() => []) : [];
    const missing = wanted.filter(({ port }) => !own.includes(port));
    const stale = missing.length > 0 ? [] : await staleRoutes(admin, it);
    const open =
      missing.length === 0 &&
      stale.length === 0 &&
      (await Promise.all(wanted.map(({ host, port }) => accepts(host, port))));
    if (open !== false && open.every(Boolean)) return;
    if (Date.now() > deadline) {
      throw new Problem({
        happened: "The proxy does not serve within 20 s.",
        where:
          own.length > 0 && missing.length > 0
            ? `it could not open ${missing.map(({ host, port }) => `${host}:${port}`).join(", ")}: another program may be there`
            : stale.length > 0
              ? `it has not taken up the routes of ${stale.join(", ")}`
              : `ports ${wanted.map(({ port }) => port).join(", ")}, admin ${it.adminPort}`,
        next: `read its log ${folder(it.dir).logFile("proxy")}`,
      });
    }
    await pause(50, undefined, { signal: step.signal });
  }
}

/** Services whose users' routes are not in force as they were written. */
async function staleRoutes(admin: EnvoyAdmin, it: Inputs): Promise<string[]> {
  const inForce = await admin.routeNames().catch(() => undefined);
  return it.services
    .filter((service) => !isDeepStrictEqual(inForce?.get(service.name), routeNames(it, service)))
    .map(({ name }) => name);
}

/** Every address that the proxy opens for requests, and what for. */
function addresses(it: Inputs): { host: string; port: number; what: string }[] {
  return it.services.flatMap((service) => [
    { host: it.listen, port: service.port, what: `the address of ${service.name}` },
    ...environmentNames
      .filter((environment) => service.instances[environment].length > 0)
      .map((environment) => ({
        host: loopback,
        port: service.direct[environment],
        what: `the direct address of ${service.name} in ${environment}`,
      })),
  ]);
}

/** Envoy watches for renames: it never reads half a file. */
function place(path: string, content: object): void {
  const fresh = `${path}.fresh`;
  writeFileSync(fresh, `${JSON.stringify(content, null, 1)}\n`);
  renameSync(fresh, path);
}
