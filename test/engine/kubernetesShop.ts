import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import { stringify } from "yaml";
import { deployerRole } from "../../components/kubernetes/deployerRole.ts";
import { auditedRequests } from "../../tools/kubernetes/auditLog.ts";
import { deployerName } from "../../tools/kubernetes/cluster/access.ts";
import { type Cluster, ensureKubernetes, startCluster } from "../../tools/kubernetes.ts";
import { type Config, Project } from "./project.ts";
import { image, smokeOf } from "./simulatedAws.ts";

const namespace = "shop";

interface Opened {
  readonly services: readonly string[];
  readonly versions: readonly string[];
  readonly pods: "played" | "left";
  /** The stack's settings; those of `kubernetes` are laid over the cluster's. */
  readonly settings: { readonly kubernetes?: Config } & Config;
}

/** A production stack on a real control plane of its own. The deployer has the Role of docs/kubernetes.md and no other right. */
export class KubernetesShop {
  readonly namespace = namespace;
  readonly cluster: Cluster;
  readonly project: Project;
  readonly #folder: string;

  private constructor(cluster: Cluster, project: Project, folder: string) {
    this.cluster = cluster;
    this.project = project;
    this.#folder = folder;
  }

  static async open({ services, versions, pods, settings }: Opened): Promise<KubernetesShop> {
    const folder = await mkdtemp(join(tmpdir(), "greenlight-cluster-"));
    const kubernetes = await ensureKubernetes({});
    const role = stringify(deployerRole(namespace));
    const cluster = await startCluster({ kubernetes, folder, pods, deployer: { namespace, role } });
    const { kubernetes: own, ...common } = settings;
    const project = await Project.make({
      platform: "kubernetes",
      ...common,
      kubernetes: { kubeconfig: cluster.deployer, namespace, name: "shop", ...own },
    });
    // Nothing here is bundled while its sources change, and the cluster's client is a thousand files.
    const shop = new KubernetesShop(cluster, project, folder);
    for (const version of versions) await shop.writeManifest(version, services);
    await project.standIn("kubernetes");
    return shop;
  }

  async writeManifest(version: string, services: readonly string[]): Promise<void> {
    const images = Object.fromEntries(services.map((name) => [name, { image: image(name, version) }]));
    const manifest = { version, services: images, smoke: smokeOf(version) };
    await this.project.write(`releases/${version}.yaml`, stringify(manifest));
  }

  async close(): Promise<void> {
    await this.project.remove();
    await this.cluster.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What is there, as whoever may do everything sees it. */
  async get<T>(...args: string[]): Promise<T> {
    return JSON.parse((await this.kubectl("get", ...args, "--output", "json")).stdout);
  }

  /** Somebody else, who may do everything. */
  kubectl(...args: string[]) {
    return execa(this.cluster.kubectl, [...args, "--kubeconfig", this.cluster.kubeconfig, "--namespace", namespace]);
  }

  /** The environments whose pods a live Service leads to, by its endpoints. */
  async serving(service = "api"): Promise<string[]> {
    const owner = `kubernetes.io/service-name=shop-${service}`;
    const { items } = await this.get<{ items: { endpoints?: { targetRef: { name: string } }[] }[] }>(
      "endpointslices",
      "-l",
      owner,
    );
    const pods = items.flatMap((it) => it.endpoints ?? []).map(({ targetRef }) => targetRef.name);
    return [...new Set(pods.map((pod) => pod.replace(new RegExp(`^shop-${service}-(blue|green)-.*`), "$1")))];
  }

  async succeed(operation: "up" | "preview" | "refresh", ...args: string[]) {
    const ran = await this.project.run(operation, ...args);
    expect(ran.exitCode, ran.text).toBe(0);
    return ran;
  }

  /** An update that must fail; what it said, in one line. */
  async refused(): Promise<string> {
    const ran = await this.project.run("up", "--skip-preview");
    expect(ran.exitCode, ran.text).not.toBe(0);
    return ran.text.replace(/\s+/g, " ");
  }

  /** Runs the command as a person's shell would; its JSON, everything that it said, its exit code. */
  async greenlight(...args: string[]) {
    const ran = await this.begin(...args);
    return { exitCode: ran.exitCode, json: JSON.parse(ran.stdout || "{}"), said: `${ran.stderr}\n${ran.stdout}` };
  }

  /** Begins the command, for one that does not live to see its end. */
  begin(...args: string[]) {
    return this.project.greenlight([...args, "--json"]);
  }

  /** Requests that the deployer made so far. */
  async requests(): Promise<number> {
    let made = 0;
    for await (const { user } of auditedRequests(this.cluster.auditLog)) if (user === deployerName()) made++;
    return made;
  }
}
