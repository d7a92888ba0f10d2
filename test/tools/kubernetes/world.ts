import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { expect } from "vitest";
import { kinds } from "../../../tools/kubernetes/kinds.ts";
import { StandIn } from "../../../tools/kubernetes/plugin/standIn.ts";
import { type Cluster, type ClusterSettings, ensureKubernetes, startCluster } from "../../../tools/kubernetes.ts";
import type { Bag, Difference } from "../../../tools/plugin/provider.ts";
import { temporaryFolder } from "../sandbox.ts";

/** How long a `beforeAll` may take that finds the control plane to be built first. */
export const buildTimeoutMs = 3_600_000;

/** A cluster of a test's own, with the namespace `shop` of a deployer. */
export class World {
  readonly cluster: Cluster;
  readonly folder: string;
  readonly #remove: () => Promise<void>;

  private constructor(cluster: Cluster, folder: string, remove: () => Promise<void>) {
    this.cluster = cluster;
    this.folder = folder;
    this.#remove = remove;
  }

  static async start(settings: Partial<ClusterSettings> = {}): Promise<World> {
    const kubernetes = await ensureKubernetes({});
    const { folder, remove } = await temporaryFolder("cluster");
    const deployer = { namespace: "shop", role };
    const cluster = await startCluster({ kubernetes, folder: join(folder, "cluster"), deployer, ...settings });
    return new World(cluster, folder, remove);
  }

  /** The kubeconfig of who may do everything. */
  get admin(): KubeConfig {
    const config = new KubeConfig();
    config.loadFromFile(this.cluster.kubeconfig);
    return config;
  }

  /** Somebody else at work in the cluster. */
  async kubectl(...args: string[]): Promise<string> {
    const { stdout } = await execa(this.cluster.kubectl, [...args, "--kubeconfig", this.cluster.kubeconfig]);
    return stdout;
  }

  /** The stand-in as the deployer, or as the user of another kubeconfig. */
  standIn(settings: Bag = {}): StandIn {
    const it = new StandIn(kinds);
    it.configure({ kubeconfig: this.cluster.deployer, namespace: "shop", ...settings }, {});
    return it;
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    await this.#remove();
  }
}

/** What a deployer of these tests may do. */
export const role = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: deployer }
rules:
  - { apiGroups: [apps], resources: [deployments], verbs: [get, list, watch, create, patch, update, delete] }
  - { apiGroups: [batch], resources: [jobs], verbs: [get, list, watch, create, patch, update, delete] }
  - apiGroups: [""]
    resources: [services, serviceaccounts, configmaps, secrets]
    verbs: [get, list, watch, create, patch, update, delete]
  - { apiGroups: [policy], resources: [poddisruptionbudgets], verbs: [get, list, watch, create, patch, update, delete] }
  - { apiGroups: [autoscaling], resources: [horizontalpodautoscalers], verbs: [get, list, watch, create, patch, delete] }
  - { apiGroups: [gateway.networking.k8s.io], resources: [httproutes], verbs: [get, list, watch, create, patch, delete] }
  - { apiGroups: [""], resources: [pods], verbs: [get, list, watch] }
`;

/** One resource as the engine keeps it. */
export class Made {
  inputs: Bag;
  state: Bag;
  readonly id: string;
  readonly #standIn: StandIn;
  readonly #target: { readonly type: string; readonly name: string };

  private constructor(standIn: StandIn, target: Made["target"], inputs: Bag, made: { id: string; state: Bag }) {
    this.#standIn = standIn;
    this.#target = target;
    this.inputs = inputs;
    this.state = made.state;
    this.id = made.id;
  }

  static async of(standIn: StandIn, type: string, given: Bag, name = "thing"): Promise<Made> {
    const target = { type, name };
    const { inputs, failures } = await standIn.check(target, {}, given);
    expect(failures).toEqual([]);
    const made = new Made(standIn, target, inputs, await standIn.create(target, inputs));
    expect(await made.diff(given)).toMatchObject({ changed: [], replaces: [] });
    return made;
  }

  get target() {
    return this.#target;
  }

  async check(given: Bag): Promise<Bag> {
    const { inputs, failures } = await this.#standIn.check(this.#target, this.inputs, given);
    expect(failures).toEqual([]);
    return inputs;
  }

  async diff(given: Bag, ignored: string[] = []): Promise<Difference> {
    const news = await this.check(given);
    const { id, state, inputs: oldInputs } = this;
    return await this.#standIn.diff(this.#target, { id, state, oldInputs, news, ignored });
  }

  async update(given: Bag, ignored: string[] = []): Promise<void> {
    const inputs = await this.check(given);
    this.state = await this.#standIn.update(this.#target, this.id, this.state, inputs, ignored);
    this.inputs = inputs;
  }

  /** What a refresh brings; false when the object is gone. */
  async refresh(): Promise<boolean> {
    const read = await this.#standIn.read(this.#target, this.id, this.state, this.inputs);
    if (read === undefined) return false;
    this.state = read.state;
    this.inputs = read.inputs;
    return true;
  }

  async delete(): Promise<void> {
    await this.#standIn.delete(this.#target, this.id, this.state);
  }
}
