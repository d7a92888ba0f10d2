import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppsV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../release/exitCodes.ts";
import { inspectToolchain } from "../../tools/doctor.ts";
import { type Cluster, ensureKubernetes, findKubernetes, startCluster } from "../../tools/kubernetes.ts";
import { versions } from "../../tools/versions.ts";
import { eventually, processes } from "../processes.ts";
import { root, temporaryFolder } from "./sandbox.ts";

const role = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: deployer }
rules:
  - { apiGroups: [apps], resources: [deployments], verbs: [get, create, patch] }
`;

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder("kubernetes"));
});
afterAll(async () => await remove());

describe("the search for Kubernetes", () => {
  it("is no fault of a machine that never rehearses on it, and says what would bring it", async () => {
    const env = { PATH: folder, HOME: folder, GREENLIGHT_CACHE: join(folder, "cache") };
    expect(await findKubernetes({ env })).toMatchObject({ would: undefined, mend: "install Go" });
    await expect(ensureKubernetes({ env })).rejects.toMatchObject({
      message: expect.stringContaining("Go is not on PATH"),
      exitCode: exitCodes.missingTool,
    });
    const { findings } = await inspectToolchain({ env });
    expect(findings.find(({ name }) => name === "kubernetes")).toMatchObject({ state: "optional" });
  });

  it("is for the versions that the Go modules pin", async () => {
    const [pinned, kwok, kinds] = await Promise.all(
      ["controlPlane", "kwok", "gatewayApi"].map((at) => readFile(join(root, `tools/kubernetes/${at}/go.mod`), "utf8")),
    );
    expect(pinned).toContain(`k8s.io/kubernetes v${versions.kubernetes.provided}\n`);
    expect(pinned).toContain(`go.etcd.io/etcd/server/v3 v${versions.kubernetes.etcd}\n`);
    expect(kwok).toContain(`sigs.k8s.io/kwok v${versions.kubernetes.kwok}\n`);
    expect(kinds).toContain(`sigs.k8s.io/gateway-api v${versions.kubernetes.gatewayApi}\n`);
  });
});

describe("a cluster", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    const kubernetes = await ensureKubernetes({});
    cluster = await startCluster({
      kubernetes,
      folder: join(folder, "cluster"),
      deployer: { namespace: "shop", role },
    });
  });
  afterAll(async () => await cluster?.stop());

  it("lets the pods of a Deployment be ready, made by who may no more than that", async () => {
    const apps = api(cluster.deployer ?? "").makeApiClient(AppsV1Api);
    await apps.createNamespacedDeployment({ namespace: "shop", body: deployment });
    await eventually("three ready pods", async () => {
      const { status } = await apps.readNamespacedDeployment({ namespace: "shop", name: "api" });
      return status?.readyReplicas === 3 ? true : undefined;
    });
    await expect(apps.deleteNamespacedDeployment({ namespace: "shop", name: "api" })).rejects.toMatchObject({
      code: 403,
    });
    await expect(apps.createNamespacedDeployment({ namespace: "default", body: deployment })).rejects.toMatchObject({
      code: 403,
    });
  });

  it("spreads them over zones", async () => {
    const core = api(cluster.kubeconfig).makeApiClient(CoreV1Api);
    const { items: nodes } = await core.listNode();
    expect(new Set(nodes.map(({ metadata }) => metadata?.labels?.["topology.kubernetes.io/zone"])).size).toBe(3);
  });

  it("is asked by its own kubectl, whose version is its own", async () => {
    const { stdout } = await execa(cluster.kubectl, ["version", "--kubeconfig", cluster.kubeconfig]);
    expect(stdout).toContain(`Client Version: v${versions.kubernetes.provided}`);
    expect(stdout).toContain(`Server Version: v${versions.kubernetes.provided}`);
  });

  it("knows HTTPRoutes", async () => {
    const { stdout } = await execa(cluster.kubectl, ["get", "httproutes", "-A", "--kubeconfig", cluster.kubeconfig], {
      all: true,
    });
    expect(stdout).toBe("");
  });

  it("tells who asked it for what", async () => {
    const lines = (await readFile(cluster.auditLog, "utf8")).trim().split("\n");
    const asked = lines.map(
      (line) => JSON.parse(line) as { verb: string; requestURI: string; user: { username: string } },
    );
    expect(asked.filter(({ user }) => user.username === "greenlight-deployer").map(({ verb }) => verb)).toContain(
      "create",
    );
  });

  it("keeps what it knows when its API server is lost", async () => {
    const core = api(cluster.kubeconfig).makeApiClient(CoreV1Api);
    await cluster.killApiServer();
    await expect(core.listNamespace()).rejects.toThrow();
    await cluster.startApiServer();
    const { items } = await core.listNamespacedPod({ namespace: "shop" });
    expect(items).toHaveLength(3);
  });

  it("leaves no process and no file when it stops", async () => {
    const { pids } = cluster;
    expect(pids).toHaveLength(5);
    await cluster.stop();
    const left = (await processes()).filter(({ pid }) => pids.includes(pid));
    expect(left).toEqual([]);
    await expect(readFile(cluster.auditLog)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a cluster that does not start", () => {
  it("says what the part that ended said, and leaves nothing", async () => {
    const kubernetes = await ensureKubernetes({});
    const at = join(folder, "broken");
    await expect(
      startCluster({ kubernetes: { ...kubernetes, bin: join(folder, "nowhere") }, folder: at }),
    ).rejects.toThrow(/etcd did not start: spawn .*nowhere\/etcd ENOENT/);
    await expect(readFile(join(at, "tokens.csv"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

function api(kubeconfig: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

const labels = { app: "api" };
const deployment = {
  metadata: { name: "api" },
  spec: {
    replicas: 3,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "api", image: "example.invalid/api:1" }] } },
  },
};
