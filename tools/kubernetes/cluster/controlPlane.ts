import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Health, KubeConfig } from "@kubernetes/client-node";
import { freePort } from "../../freePort.ts";
import type { Kubernetes } from "../../kubernetes.ts";
import { Part } from "../../part.ts";
import { Access } from "./access.ts";

/** Ports on loopback; one that is not given is a free one. */
export interface ClusterPorts {
  readonly server?: number;
  readonly etcd?: number;
  readonly kubelet?: number;
}

const startTimeoutMs = 240_000;

/** etcd, the API server, the controllers and the scheduler of one cluster, each a process of this machine. */
export class ControlPlane {
  readonly server: string;
  readonly access: Access;
  /** One line of JSON for each request that the server answered. */
  readonly auditLog: string;
  readonly #kubernetes: Kubernetes;
  readonly #folder: string;
  readonly #ports: Required<ClusterPorts> & { readonly etcdPeers: number };
  readonly #signal: AbortSignal | undefined;
  readonly #parts: Part[] = [];
  #apiServer: Part | undefined;

  private constructor(
    kubernetes: Kubernetes,
    folder: string,
    ports: Required<ClusterPorts> & { readonly etcdPeers: number },
    signal: AbortSignal | undefined,
  ) {
    this.#kubernetes = kubernetes;
    this.#folder = folder;
    this.#ports = ports;
    this.#signal = signal;
    this.server = `https://127.0.0.1:${ports.server}`;
    this.auditLog = join(folder, "audit.log");
    mkdirSync(join(folder, "logs"), { recursive: true });
    this.access = new Access(folder, this.server);
  }

  /** Takes its ports and makes its keys; nothing runs yet. */
  static async in(
    kubernetes: Kubernetes,
    folder: string,
    ports: ClusterPorts,
    signal: AbortSignal | undefined,
  ): Promise<ControlPlane> {
    const all = {
      server: ports.server ?? (await freePort()),
      etcd: ports.etcd ?? (await freePort()),
      kubelet: ports.kubelet ?? (await freePort()),
      etcdPeers: await freePort(),
    };
    return new ControlPlane(kubernetes, folder, all, signal);
  }

  /** Where the server looks for the logs of pods. */
  get kubeletPort(): number {
    return this.#ports.kubelet;
  }

  get pids(): number[] {
    return [...this.#parts, ...(this.#apiServer === undefined ? [] : [this.#apiServer])].map(({ pid }) => pid);
  }

  async start(): Promise<void> {
    const { etcd, etcdPeers } = this.#ports;
    const data = this.run("etcd", [
      `--data-dir=${join(this.#folder, "etcd")}`,
      "--unsafe-no-fsync",
      `--listen-client-urls=http://127.0.0.1:${etcd}`,
      `--advertise-client-urls=http://127.0.0.1:${etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${etcdPeers}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${etcdPeers}`,
      `--initial-cluster=default=http://127.0.0.1:${etcdPeers}`,
      "--log-level=warn",
    ]);
    // A server that does not find etcd at once waits long before it looks again.
    const health = `http://127.0.0.1:${etcd}/health`;
    await data.until("etcd to be ready", async () => (await fetch(health)).ok, startTimeoutMs);
    await this.startApiServer();
    this.run("kube-controller-manager", [
      `--kubeconfig=${this.access.kubeconfig("controllerManager")}`,
      `--service-account-private-key-file=${this.access.serviceAccountKey}`,
      `--root-ca-file=${this.access.serverCertificate}`,
      "--use-service-account-credentials=true",
      "--node-monitor-period=500ms",
      // A cluster's looks at each HorizontalPodAutoscaler every 15 s.
      "--horizontal-pod-autoscaler-sync-period=1s",
      "--leader-elect=false",
      "--secure-port=0",
    ]);
    this.run("kube-scheduler", [
      `--kubeconfig=${this.access.kubeconfig("scheduler")}`,
      "--leader-elect=false",
      "--secure-port=0",
    ]);
  }

  /** Starts a program beside the control plane, which ends with it. */
  run(name: string, args: readonly string[]): Part {
    const part = new Part(this.#settings(name, args));
    this.#parts.push(part);
    return part;
  }

  /** Starts the API server, as after its crash: the same address, keys and data. */
  async startApiServer(): Promise<void> {
    if (this.#apiServer !== undefined) throw new Error("The API server runs already.");
    const part = new Part(this.#settings("kube-apiserver", this.#apiServerArgs()));
    this.#apiServer = part;
    await part.until("the API server to be ready", async () => await this.#answers(), startTimeoutMs);
  }

  /** Ends the API server at once, connections and all. */
  async killApiServer(): Promise<void> {
    const part = this.#apiServer;
    this.#apiServer = undefined;
    await part?.kill();
  }

  /** The last comes first; etcd, which all others need, is the last to go. */
  async stop(): Promise<void> {
    const [etcd, ...others] = this.#parts;
    await Promise.all(others.map((part) => part.stop()));
    // Nobody reads its data again: it need not see its requests through.
    await this.killApiServer();
    await etcd?.kill();
  }

  async #answers(): Promise<boolean> {
    const config = new KubeConfig();
    config.loadFromFile(this.access.kubeconfig("admin"));
    return await new Health(config).readyz({});
  }

  #settings(name: string, args: readonly string[]) {
    const log = join(this.#folder, "logs", `${name}.log`);
    return { name, binary: join(this.#kubernetes.bin, name), args, log, signal: this.#signal };
  }

  #apiServerArgs(): string[] {
    const { access } = this;
    return [
      `--etcd-servers=http://127.0.0.1:${this.#ports.etcd}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      `--secure-port=${this.#ports.server}`,
      `--cert-dir=${access.certificates}`,
      `--token-auth-file=${access.tokenFile}`,
      "--authorization-mode=RBAC",
      "--anonymous-auth=false",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${access.serviceAccountPublicKey}`,
      `--service-account-signing-key-file=${access.serviceAccountKey}`,
      "--service-cluster-ip-range=10.96.0.0/16",
      // Nothing reaches the server by the Service `kubernetes`, and an endpoint on loopback would be refused.
      "--endpoint-reconciler-type=none",
      "--kubelet-preferred-address-types=InternalIP",
      `--audit-policy-file=${join(this.#folder, "audit-policy.json")}`,
      `--audit-log-path=${this.auditLog}`,
      "--audit-log-mode=blocking",
    ];
  }
}
