import { mkdirSync, writeFileSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KubeConfig, type KubernetesObject, KubernetesObjectApi, type V1Node } from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";
import type { Kubernetes } from "../kubernetes.ts";
import { deployerName } from "./cluster/access.ts";
import { type ClusterPorts, ControlPlane } from "./cluster/controlPlane.ts";
import { nodes, noPods } from "./cluster/nodes.ts";
import type { KubeletAddress } from "./follower/podLogs.ts";

export interface ClusterSettings {
  readonly kubernetes: Kubernetes;
  /** Where its data, keys and logs lie; it must be empty, and is removed when the cluster stops. */
  readonly folder: string;
  readonly ports?: ClusterPorts;
  /** How many nodes are played; default 3. */
  readonly nodes?: number;
  /** `played`: kwok lets every pod be Ready at once. `left`: a follower runs them, or nobody does. Default `played`. */
  readonly pods?: "played" | "left";
  /** The user whose kubeconfig is the deployer's: what it may do in its namespace, and nothing elsewhere. */
  readonly deployer?: {
    /** Made when it is not there. */
    readonly namespace: string;
    /** One Role as YAML; its namespace is set. */
    readonly role: string;
  };
  readonly signal?: AbortSignal;
}

/** A cluster that runs on this machine, reached on loopback only. */
export interface Cluster {
  /** `https://127.0.0.1:<port>`. */
  readonly server: string;
  /** Path of the kubeconfig that may do everything. */
  readonly kubeconfig: string;
  /** Path of the kubeconfig of the deployer, where one was asked for. */
  readonly deployer: string | undefined;
  /**
   * File with a line of JSON for each request that was answered: `user.username`, `verb`, `requestURI`. A watch has two, when
   * it begins and when it ends, with one `auditID`.
   */
  readonly auditLog: string;
  /** Where whoever runs the pods is to serve their logs, with a certificate made for the run. */
  readonly kubelet: KubeletAddress;
  readonly kubectl: string;
  readonly pids: readonly number[];
  /** Ends the API server at once, with every connection; what it knows stays. */
  killApiServer(): Promise<void>;
  /** Starts it again at the same address, and waits until it is ready. */
  startApiServer(): Promise<void>;
  /** Ends every process and removes the folder. */
  stop(): Promise<void>;
}

const playedPods = fileURLToPath(new URL("./cluster/pods.yaml", import.meta.url));
const readyTimeoutMs = 240_000;

/**
 * Starts a Kubernetes control plane with RBAC and played nodes, Gateway API's kinds included, and waits until pods can be
 * scheduled.
 *
 * @throws Problem with the last words of the part that does not start; nothing of it stays then.
 */
export async function startCluster(settings: ClusterSettings): Promise<Cluster> {
  const { folder, kubernetes, signal } = settings;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0)
    throw new Error(`${folder} is not empty; a cluster wants a folder of its own.`);
  writeFileSync(join(folder, "audit-policy.json"), JSON.stringify(auditPolicy));
  const plane = await ControlPlane.in(kubernetes, folder, settings.ports ?? {}, signal);
  const stop = async () => {
    await plane.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await plane.start();
    const api = apiOf(plane.access.kubeconfig("admin"));
    await startNodes(settings, plane, api);
    const deployer = settings.deployer === undefined ? undefined : await addDeployer(settings.deployer, plane, api);
    return {
      server: plane.server,
      kubeconfig: plane.access.kubeconfig("admin"),
      deployer,
      auditLog: plane.auditLog,
      kubelet: {
        port: plane.kubeletPort,
        certificate: await readFile(plane.access.serverCertificate, "utf8"),
        key: await readFile(plane.access.serverKey, "utf8"),
      },
      kubectl: join(kubernetes.bin, "kubectl"),
      get pids() {
        return plane.pids;
      },
      killApiServer: async () => await plane.killApiServer(),
      startApiServer: async () => await plane.startApiServer(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Who asked for what. A watch has two lines, when it begins and when it ends, with one `auditID`. */
const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "None", userGroups: ["system:nodes"] }, { level: "Metadata" }],
};

async function startNodes(settings: ClusterSettings, plane: ControlPlane, api: KubernetesObjectApi): Promise<void> {
  const config = settings.pods === "left" ? join(settings.folder, "kwok.yaml") : playedPods;
  if (settings.pods === "left") writeFileSync(config, noPods);
  const kwok = plane.run("kwok", [
    `--kubeconfig=${plane.access.kubeconfig("kwok")}`,
    `--config=${config}`,
    "--manage-all-nodes=true",
    "--node-lease-duration-seconds=40",
    "--node-ip=127.0.0.1",
    "--cidr=10.244.0.1/16",
  ]);
  const wanted = nodes(settings.nodes ?? 3, plane.kubeletPort);
  for (const node of wanted) await api.create(node);
  for (const name of await readdir(settings.kubernetes.gatewayApi)) {
    for (const definition of objectsIn(await readFile(join(settings.kubernetes.gatewayApi, name), "utf8"))) {
      await api.create(definition);
    }
  }
  const ready = async () => {
    const { items } = await api.list<V1Node>("v1", "Node");
    const up = items.filter((node) =>
      node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
    );
    // What is tainted takes no pods yet.
    return up.filter((node) => (node.spec?.taints ?? []).length === 0).length === wanted.length;
  };
  await kwok.until("every node to be ready", ready, readyTimeoutMs);
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "default" } };
  await kwok.until("the first service account", async () => (await api.read(account)) !== undefined, readyTimeoutMs);
  const routes = async () => (await api.list("gateway.networking.k8s.io/v1", "HTTPRoute", "default")) !== undefined;
  await kwok.until("Gateway API's kinds to be served", routes, readyTimeoutMs);
}

async function addDeployer(
  { namespace, role }: NonNullable<ClusterSettings["deployer"]>,
  plane: ControlPlane,
  api: KubernetesObjectApi,
): Promise<string> {
  const [it, ...others] = objectsIn(role);
  if (it?.kind !== "Role" || others.length > 0) throw new Error("The deployer's role is no YAML of one Role.");
  if (namespace !== "default") {
    await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  }
  await api.create({ ...it, metadata: { ...it.metadata, namespace } });
  const binding = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: deployerName(), namespace },
    subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: deployerName() }],
    roleRef: { kind: "Role", apiGroup: "rbac.authorization.k8s.io", name: it.metadata?.name ?? "" },
  };
  await api.create(binding);
  return plane.access.kubeconfig("deployer", namespace);
}

function apiOf(kubeconfig: string): KubernetesObjectApi {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return KubernetesObjectApi.makeApiClient(config);
}

function objectsIn(yaml: string): KubernetesObject[] {
  return parseAllDocuments(yaml)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((it) => it !== null);
}
