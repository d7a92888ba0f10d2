import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { Part } from "../part.ts";

export interface PrometheusSettings {
  /** Prometheus' executable. */
  readonly prometheus: string;
  /** Where its files lie. */
  readonly folder: string;
  /** Port on loopback. */
  readonly port: number;
  /** `host:port` of what it reads; each answers at `metricsPath`. */
  readonly targets: readonly string[];
  /** A file with more of them, as `file_sd_configs` reads it; it may be there later, and change. */
  readonly discovered?: string;
  /** Default: /metrics. */
  readonly metricsPath?: string;
  /** Time between two readings, and between two evaluations of rules, seconds. */
  readonly everySeconds: number;
  /** What is made of series when they are read, as in `metric_relabel_configs`. */
  readonly relabel?: readonly object[];
  /** Groups of rules, as in a file of rules. */
  readonly ruleGroups?: readonly object[];
}

const readyWithinMs = 120_000;

/** A Prometheus on loopback that reads a few targets. It ends with the process that started it. */
export class PrometheusServer {
  readonly url: string;
  readonly #part: Part;

  private constructor(url: string, part: Part) {
    this.url = url;
    this.#part = part;
  }

  static async start(it: PrometheusSettings): Promise<PrometheusServer> {
    mkdirSync(it.folder, { recursive: true });
    const address = `127.0.0.1:${it.port}`;
    const rules = join(it.folder, "rules.yaml");
    const config = join(it.folder, "prometheus.yaml");
    const every = `${it.everySeconds}s`;
    writeFileSync(rules, stringify({ groups: it.ruleGroups ?? [] }));
    writeFileSync(
      config,
      stringify({
        global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
        rule_files: [rules],
        scrape_configs: [
          {
            job_name: "ingress",
            metrics_path: it.metricsPath ?? "/metrics",
            static_configs: [{ targets: [...it.targets] }],
            ...(it.discovered === undefined
              ? {}
              : { file_sd_configs: [{ files: [it.discovered], refresh_interval: every }] }),
            metric_relabel_configs: [...(it.relabel ?? [])],
          },
        ],
      }),
    );
    const part = new Part({
      name: "prometheus",
      binary: it.prometheus,
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(it.folder, "data")}`,
        "--storage.tsdb.retention.time=6h",
        `--web.listen-address=${address}`,
        "--log.level=warn",
      ],
      log: join(it.folder, "prometheus.log"),
    });
    const server = new PrometheusServer(`http://${address}`, part);
    try {
      await part.until("Prometheus", async () => (await fetch(`${server.url}/-/ready`)).ok, readyWithinMs);
    } catch (error) {
      await part.stop();
      throw error;
    }
    return server;
  }

  async stop(): Promise<void> {
    await this.#part.stop();
  }
}
