import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { deadlineIn } from "../../../release/deadline.ts";
import type { EnvironmentName, Weights } from "../../../release/environment.ts";
import { Problem, sentence } from "../../../release/problem.ts";
import { clusterName, weightKey } from "./names.ts";

const environments = ["blue", "green"] as const;

const runtimeAnswer = z.object({
  entries: z.record(z.string(), z.object({ final_value: z.string() })),
});

const clustersAnswer = z.object({
  cluster_statuses: z
    .array(
      z.object({
        name: z.string(),
        host_statuses: z
          .array(
            z.object({
              address: z.object({ socket_address: z.object({ port_value: z.number() }) }),
              health_status: z.object({
                failed_active_health_check: z.boolean().optional(),
                pending_active_hc: z.boolean().optional(),
                eds_health_status: z.string().optional(),
              }),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
});

const listenersAnswer = z.object({
  listener_statuses: z
    .array(z.object({ local_address: z.object({ socket_address: z.object({ port_value: z.number() }) }) }))
    .default([]),
});

const routesAnswer = z.object({
  configs: z
    .array(
      z.object({
        route_config: z.object({
          name: z.string(),
          virtual_hosts: z.array(z.object({ routes: z.array(z.object({ name: z.string().default("") })).default([]) })),
        }),
      }),
    )
    .default([]),
});

/** Envoy's admin interface, asked with a deadline; every answer is checked before it is believed. */
export class EnvoyAdmin {
  readonly #base: string;

  constructor(host: string, port: number) {
    this.#base = `http://${host}:${port}`;
  }

  async text(path: string, timeoutMs = 2000): Promise<string> {
    try {
      return await answerTo(`${this.#base}${path}`, timeoutMs);
    } catch (error) {
      throw new Problem({
        happened: `The proxy does not answer (${sentence(error).replace(/\.$/, "")}).`,
        where: `${this.#base}${path}`,
        next: "run `greenlight status`; the proxy is started again by itself when it dies, by `pulumi up` when it is gone",
        cause: error,
      });
    }
  }

  async ready(): Promise<boolean> {
    return this.text("/ready").then(
      (text) => text.trim() === "LIVE",
      () => false,
    );
  }

  /** The weights that Envoy uses now for one service; nothing where it has none of its own. */
  async weights(service: string): Promise<Weights | undefined> {
    return (await this.allWeights([service]))[service];
  }

  async allWeights(services: readonly string[]): Promise<Record<string, Weights | undefined>> {
    const { entries } = runtimeAnswer.parse(JSON.parse(await this.text("/runtime")));
    return Object.fromEntries(
      services.map((service) => {
        const [blue, green] = environments.map((environment) => entries[weightKey(service, environment)]?.final_value);
        return [
          service,
          blue === undefined || green === undefined ? undefined : { blue: Number(blue), green: Number(green) },
        ];
      }),
    );
  }

  /** Ports on which Envoy serves requests. */
  async listeningOn(): Promise<number[]> {
    const { listener_statuses } = listenersAnswer.parse(JSON.parse(await this.text("/listeners?format=json")));
    return listener_statuses.map((it) => it.local_address.socket_address.port_value);
  }

  /** Names of the routes that Envoy goes by, of each configuration that it reads from a file, in their order. */
  async routeNames(): Promise<ReadonlyMap<string, readonly string[]>> {
    const { configs } = routesAnswer.parse(JSON.parse(await this.text("/config_dump?resource=dynamic_route_configs")));
    return new Map(
      configs.map(({ route_config: { name, virtual_hosts } }) => [
        name,
        virtual_hosts.flatMap(({ routes }) => routes.map((route) => route.name)),
      ]),
    );
  }

  /** How many instances of a service in an environment Envoy's own health checks call healthy, of how many. */
  async healthy(service: string, environment: EnvironmentName): Promise<{ healthy: number; of: number }> {
    const answer = clustersAnswer.parse(JSON.parse(await this.text("/clusters?format=json")));
    const hosts =
      answer.cluster_statuses?.find((it) => it.name === clusterName(service, environment))?.host_statuses ?? [];
    const good = hosts.filter(
      ({ health_status: it }) => it.failed_active_health_check !== true && it.pending_active_hc !== true,
    );
    return { healthy: good.length, of: hosts.length };
  }
}

/** By node's older client: reading `fetch` takes longer than the questions that a switch asks. */
async function answerTo(url: string, timeoutMs: number): Promise<string> {
  const deadline = deadlineIn(timeoutMs, "Its answer");
  try {
    const request = get(url, { agent: false, signal: deadline.signal });
    const [answer]: IncomingMessage[] = await once(request, "response");
    const said = answer === undefined ? "" : await text(answer);
    if (answer?.statusCode !== 200) throw new Error(`${answer?.statusCode ?? "no status"} from ${url}`);
    return said;
  } catch (error) {
    throw deadline.passed() ? deadline.signal.reason : error;
  } finally {
    deadline.end();
  }
}
