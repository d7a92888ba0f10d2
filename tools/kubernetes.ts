import { copyFile, mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import { type CachedTool, inspectCache, provide } from "./cache.ts";
import { duration, versionOf } from "./command.ts";
import { digestOfSources, findGo, moduleFolder, runGo } from "./go.ts";
import { environment, type ToolSettings } from "./settings.ts";
import type { Search } from "./tool.ts";
import { versions } from "./versions.ts";

export { type Cluster, type ClusterSettings, startCluster } from "./kubernetes/cluster.ts";

/** A Kubernetes control plane, with nodes that are played. */
export interface Kubernetes {
  /** Folder of kube-apiserver, kube-controller-manager, kube-scheduler, etcd, kwok and kubectl. */
  readonly bin: string;
  /** Folder of the definitions of Gateway API's kinds, one YAML file for each. */
  readonly gatewayApi: string;
  readonly version: string;
  readonly source: "cache";
}

const modules = fileURLToPath(new URL("./kubernetes/", import.meta.url));
const gatewayApi = join(modules, "gatewayApi");
const gatewayModule = "sigs.k8s.io/gateway-api";
const gatewayKinds = ["gatewayclasses", "gateways", "httproutes"];

const binaries = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kwok", "etcd"];
const definitions = gatewayKinds.map((kind) => `gateway-api/gateway.networking.k8s.io_${kind}.yaml`);

/** Without these the server tells no version, and clients refuse to speak to it. */
const versionFlags = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((at) => {
  const [major, minor] = versions.kubernetes.provided.split(".");
  return [
    `-X ${at}.gitVersion=v${versions.kubernetes.provided}`,
    `-X ${at}.gitMajor=${major}`,
    `-X ${at}.gitMinor=${minor}`,
  ];
});

/** Programs by the folder of the Go module that pins them; kwok is made for an older Kubernetes, and needs its own. */
const programs = [
  {
    module: "controlPlane",
    flags: versionFlags,
    packages: [
      "k8s.io/kubernetes/cmd/kube-apiserver",
      "k8s.io/kubernetes/cmd/kube-controller-manager",
      "k8s.io/kubernetes/cmd/kube-scheduler",
      "k8s.io/kubernetes/cmd/kubectl",
      "go.etcd.io/etcd/server/v3",
    ],
  },
  { module: "kwok", flags: [], packages: ["sigs.k8s.io/kwok/cmd/kwok"] },
];
const sources = ["controlPlane", "kwok", "gatewayApi"].flatMap((at) => [`${at}/go.mod`, `${at}/go.sum`]);

async function builtKubernetes(settings: ToolSettings): Promise<CachedTool> {
  const digest = await digestOfSources(modules, sources, JSON.stringify(programs), ...definitions);
  return {
    name: `kubernetes-${versions.kubernetes.provided}-${digest}`,
    title: `Kubernetes ${versions.kubernetes.provided}`,
    binaries: [...binaries, ...definitions],
    install: (folder) => build(folder, settings),
  };
}

/** Looks for the control plane in the cache; one that a person installed is not used, as its parts are unknown. */
export async function findKubernetes(settings: ToolSettings): Promise<Search<Kubernetes>> {
  const cached = await inspectCache(await builtKubernetes(settings), environment(settings));
  if (cached.state === "ready") return { found: fromCache(cached) };
  const missing =
    cached.state === "damaged" ? `the one in the cache is damaged: ${cached.reason}` : "it is not in the cache";
  const go = await findGo(settings);
  if ("missing" in go) {
    return { found: undefined, missing: `${missing}, and ${go.missing}`, would: undefined, mend: "install Go" };
  }
  const would = `build Kubernetes ${versions.kubernetes.provided} from its Go modules with Go ${go.version} (about 10 minutes)`;
  return { found: undefined, missing, would, mend: "npx tsx tools/install.ts kubernetes" };
}

/**
 * The control plane, built first where it is not in the cache yet: once for all clones of this user.
 *
 * @throws Problem with exit code `missingTool` where there is no Go, or Go cannot build it.
 */
export async function ensureKubernetes(settings: ToolSettings): Promise<Kubernetes> {
  const search = await findKubernetes(settings);
  if (search.found !== undefined) return search.found;
  if (search.would === undefined) {
    throw new Problem({
      happened: `The Kubernetes control plane is missing: ${search.missing}.`,
      untouched: "Nothing was installed.",
      next: search.mend,
      exitCode: exitCodes.missingTool,
    });
  }
  return fromCache(await provide(await builtKubernetes(settings), settings));
}

function fromCache({ folder, version }: { folder: string; version: string }): Kubernetes {
  return { bin: folder, gatewayApi: join(folder, "gateway-api"), version, source: "cache" };
}

async function build(folder: string, settings: ToolSettings): Promise<string> {
  const what = `the Kubernetes control plane ${versions.kubernetes.provided}`;
  settings.progress?.(`building ${what} from its Go modules (about 10 minutes the first time)`);
  const started = Date.now();
  await copyDefinitions(join(folder, "gateway-api"), settings);
  for (const { module, flags, packages } of programs) {
    await runGo(
      { source: join(modules, module), what, instead: "run what needs no Kubernetes" },
      [
        ...["build", "-mod=readonly", "-trimpath", "-buildvcs=false"],
        ...["-ldflags", ["-s -w", ...flags].join(" ")],
        ...["-o", `${folder}/`, ...packages],
      ],
      settings,
    );
  }
  await rename(join(folder, "server"), join(folder, "etcd"));
  settings.progress?.(`built ${what} (${duration(Date.now() - started)})`);

  const version = await versionOf(join(folder, "kube-apiserver"), /v(\d+\.\d+\.\d+)/, settings);
  if (version !== versions.kubernetes.provided) {
    throw new Error(`the API server that was built says it is ${version ?? "of no version"}`);
  }
  return version;
}

async function copyDefinitions(to: string, settings: ToolSettings): Promise<void> {
  const module = {
    source: gatewayApi,
    what: `the kinds of Gateway API ${versions.kubernetes.gatewayApi}`,
    instead: "run what needs no Kubernetes",
  };
  const from = join(await moduleFolder(module, gatewayModule, settings), "config/crd/standard");
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    if (definitions.includes(`gateway-api/${name}`)) await copyFile(join(from, name), join(to, name));
  }
}
