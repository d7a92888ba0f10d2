import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { execa } from "execa";
import { EnvoyAdmin } from "../../provider/local/envoy/admin.ts";
import { bootstrap, clusters, listeners, type ProxyFacts, routes } from "../../provider/local/envoy/config.ts";
import { linkPath, writeWeights } from "../../provider/local/envoy/runtimeLayer.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { freePort } from "../freePort.ts";
import { gatewayRoutes } from "./gatewayRoutes.ts";
import type { ServiceState } from "./serviceState.ts";

export interface NodeSettings {
  /** Where its files lie. */
  readonly folder: string;
  readonly envoy: string;
  readonly service: string;
  /** Port on loopback that users reach. */
  readonly port: number;
  /** Where each environment is reached past the weights; left out, at ports that nobody is told. */
  readonly tests?: Readonly<Record<EnvironmentName, number>>;
  readonly signal: AbortSignal;
}

const readyTimeoutMs = 120_000;
const takenTimeoutMs = 30_000;

type Targeted = Omit<ServiceState, "weights">;

interface OwnPorts {
  readonly admin: number;
  readonly direct: { readonly blue: number; readonly green: number };
}

/** One node of the load balancer, for one service: an Envoy that forwards by weights and sends each request once. */
export class BalancerNode {
  readonly port: number;
  readonly #service: string;
  readonly #folder: string;
  readonly #child: ReturnType<typeof startEnvoy>;
  readonly #own: OwnPorts;
  readonly #admin: EnvoyAdmin;
  #targeted: Targeted | undefined;

  private constructor(settings: NodeSettings, own: OwnPorts, state: ServiceState) {
    this.port = settings.port;
    this.#service = settings.service;
    this.#folder = settings.folder;
    this.#own = own;
    this.#admin = new EnvoyAdmin("127.0.0.1", own.admin);
    mkdirSync(this.#folder, { recursive: true });
    this.#target(targetedIn(state));
    writeWeights(this.#folder, [this.#service], state.weights);
    const config = join(this.#folder, "bootstrap.json");
    const paths = {
      lds: join(this.#folder, "lds.json"),
      cds: join(this.#folder, "cds.json"),
      runtime: linkPath(this.#folder),
    };
    place(config, bootstrap(this.#facts(state), paths));
    this.#child = startEnvoy(settings.envoy, config);
  }

  static async start(settings: NodeSettings, state: ServiceState): Promise<BalancerNode> {
    const direct = settings.tests ?? { blue: await freePort(), green: await freePort() };
    const own = { admin: await freePort(), direct };
    const node = new BalancerNode(settings, own, state);
    const deadline = Date.now() + readyTimeoutMs;
    for (;;) {
      const listening = (await node.#admin.ready()) ? await node.#admin.listeningOn() : [];
      if (listening.includes(settings.port)) return node;
      if (Date.now() > deadline) {
        await node.stop();
        throw new Problem({
          happened: `A node of the simulated load balancer does not serve within ${readyTimeoutMs / 1000} s.`,
          where: `port ${settings.port}`,
          next: "see that nothing else listens there",
        });
      }
      await pause(50, undefined, { signal: settings.signal });
    }
  }

  /** `host:port` of its admin page, which also says what it counted. */
  get admin(): string {
    return `127.0.0.1:${this.#own.admin}`;
  }

  /**
   * Puts weights and targets in force without a moment between: new targets are there before a weight leads to them, and those that are gone
   * are left out when none does any more. Envoy reads its files when it comes to it, so the weights wait for what it says of its targets.
   */
  async apply(state: ServiceState): Promise<void> {
    const targeted = targetedIn(state);
    const { ports } = targeted;
    const before = this.#targeted?.ports ?? ports;
    const either = (side: EnvironmentName) => [...new Set([...before[side], ...ports[side]])];
    const all = { blue: either("blue"), green: either("green") };
    this.#target({ ...targeted, ports: all });
    await this.#taken(all);
    writeWeights(this.#folder, [this.#service], state.weights);
    this.#target(targeted);
  }

  #target(it: Targeted): void {
    if (isDeepStrictEqual(it, this.#targeted)) return;
    const facts = this.#facts(it);
    const routesAt = (service: string) => join(this.#folder, `routes-${service}.json`);
    place(join(this.#folder, "cds.json"), onlyForwarding(clusters(facts)));
    for (const service of facts.services) {
      const forwarding = onlyForwarding(routes(facts, service));
      place(routesAt(service.name), gatewayRoutes(forwarding, service.name, it));
    }
    place(join(this.#folder, "lds.json"), onlyForwarding(listeners(facts, routesAt)));
    this.#targeted = it;
  }

  /** Waits until Envoy forwards to these; one that does not say so in time is left to what it knows. */
  async #taken(ports: ServiceState["ports"]): Promise<void> {
    const deadline = Date.now() + takenTimeoutMs;
    const has = async (side: EnvironmentName) => {
      const told = await this.#admin.healthy(this.#service, side).catch(() => undefined);
      return told?.of === ports[side].length;
    };
    while (!((await has("blue")) && (await has("green"))) && Date.now() < deadline) await pause(20);
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child;
  }

  #facts({ ports, testers }: Targeted): ProxyFacts {
    const instances = { blue: [...ports.blue], green: [...ports.green] };
    const service = { name: this.#service, port: this.port, healthPath: "/", direct: this.#own.direct, instances };
    return { listen: "127.0.0.1", adminPort: this.#own.admin, services: [service], testers };
  }
}

function targetedIn({ weights, ...targeted }: ServiceState): Targeted {
  return targeted;
}

function startEnvoy(envoy: string, config: string) {
  const args = ["--config-path", config, "--disable-hot-restart", "--concurrency", "1", "--log-level", "warn"];
  const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  return execa(envoy, args, { ...quiet, reject: false, cleanup: true, forceKillAfterDelay: 3_000 });
}

/** Health comes from the API, and no request is sent twice: what the local platform's proxy does beyond is left out. */
function onlyForwarding(config: object): object {
  return JSON.parse(
    JSON.stringify(config, (key, value) => (key === "retry_policy" || key === "health_checks" ? undefined : value)),
  );
}

/** Envoy watches for renames: it never reads half a file. */
function place(path: string, content: object): void {
  writeFileSync(`${path}.fresh`, `${JSON.stringify(content)}\n`);
  renameSync(`${path}.fresh`, path);
}
