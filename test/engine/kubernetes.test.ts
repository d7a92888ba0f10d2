import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { deployerRole } from "../../components/kubernetes/deployerRole.ts";
import { type Cluster, ensureKubernetes, startCluster } from "../../tools/kubernetes.ts";
import { Project, root } from "./project.ts";
import { image, smokeOf } from "./simulatedAws.ts";

// The real engine, our program and provider, and the stand-in of the kubernetes plugin, against a real control plane whose nodes are
// played: pods are scheduled and said to be ready, and no process runs. The deployer has the Role of docs/kubernetes.md and no other right.

const namespace = "shop";
let cluster: Cluster;
let project: Project;
let folder: string;

/** What is there, as whoever may do everything sees it. */
async function get<T>(...args: string[]): Promise<T> {
  const kubeconfig = ["--kubeconfig", cluster.kubeconfig, "--namespace", namespace, "--output", "json"];
  return JSON.parse((await execa(cluster.kubectl, ["get", ...args, ...kubeconfig])).stdout);
}

const kubectl = (...args: string[]) =>
  execa(cluster.kubectl, [...args, "--kubeconfig", cluster.kubeconfig, "--namespace", namespace]);

/** The environment whose pods the live Service leads to, by its endpoints. */
async function serving(service = "api"): Promise<string[]> {
  const owner = `kubernetes.io/service-name=shop-${service}`;
  const { items } = await get<{ items: { endpoints?: { targetRef: { name: string } }[] }[] }>(
    "endpointslices",
    "-l",
    owner,
  );
  const pods = items.flatMap((it) => it.endpoints ?? []).map(({ targetRef }) => targetRef.name);
  return [...new Set(pods.map((pod) => pod.replace(new RegExp(`^shop-${service}-(blue|green)-.*`), "$1")))];
}

async function succeed(operation: "up" | "preview" | "refresh", ...args: string[]) {
  const ran = await project.run(operation, ...args);
  expect(ran.exitCode, ran.text).toBe(0);
  return ran;
}

/** An update that must fail; what it said, in one line. */
async function refused(): Promise<string> {
  const ran = await project.run("up", "--skip-preview");
  expect(ran.exitCode, ran.text).not.toBe(0);
  return ran.text.replace(/\s+/g, " ");
}

/** Runs the command as a person's shell would; its JSON, everything that it said, its exit code. */
async function greenlight(...args: string[]) {
  const all = [...args, "--json", "--yes", "--project", project.folder, "--stack", project.stack];
  const ran = await execa(process.execPath, ["--import", "tsx", join(root, "cli/main.ts"), ...all], {
    env: project.env,
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    timeout: 300_000,
  });
  return { exitCode: ran.exitCode, json: JSON.parse(ran.stdout || "{}"), said: `${ran.stderr}\n${ran.stdout}` };
}

/** Requests that the deployer made so far. */
function requests(): number {
  const ids = readFileSync(cluster.auditLog, "utf8")
    .split("\n")
    .filter((line) => line.includes('"greenlight-deployer"'))
    .map((line) => /"auditID":"([^"]+)"/.exec(line)?.[1]);
  return new Set(ids).size;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "greenlight-cluster-"));
  const kubernetes = await ensureKubernetes({});
  const role = stringify(deployerRole(namespace));
  cluster = await startCluster({ kubernetes, folder, deployer: { namespace, role } });
  project = await Project.make({
    platform: "kubernetes",
    live: "blue",
    blue: "v1",
    services: { api: { port: 8080, drain: "1s" }, web: { port: 8081, drain: "1s" } },
    kubernetes: {
      kubeconfig: cluster.deployer,
      namespace,
      name: "shop",
      endpointDelay: "1s",
      gates: { deadline: "60s" },
    },
  });
  // Nothing here is bundled while its sources change, and the cluster's client is a thousand files.
  project.operationMs = 400_000;
  for (const version of ["v1", "v2"]) {
    const services = { api: { image: image("api", version) }, web: { image: image("web", version) } };
    await project.write(`releases/${version}.yaml`, stringify({ version, services, smoke: smokeOf(version) }));
  }
  const file = join(project.folder, "Pulumi.yaml");
  const settings = (await readFile(file, "utf8"))
    .trimEnd()
    .replace("path: ./tools/kubernetes", `path: ${join(root, "tools/kubernetes")}`);
  const plugin = settings.includes("name: kubernetes")
    ? ""
    : `    - name: kubernetes\n      path: ${join(root, "tools/kubernetes")}\n`;
  await writeFile(file, `${settings}\n${plugin}`);
}, 3_600_000);

afterAll(async () => {
  await project?.remove();
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
}, 300_000);

describe.sequential("a production stack on a Kubernetes cluster, by the deployer's Role alone", {
  timeout: 600_000,
}, () => {
  it("deploys the first version, and leads users to it", async () => {
    const ran = await succeed("up", "--skip-preview");
    expect(ran.text).toContain("api, web: nothing serves yet");
    expect([await serving("api"), await serving("web")]).toEqual([["blue"], ["blue"]]);
    const { outputs } = (await project.resource("kubernetes:RolloutDone", "blue-rollout")) ?? {};
    expect(outputs).toMatchObject({ running: { api: 2, web: 2 }, done: true });
  });

  it("has nothing to do when it is run again", async () => {
    const ran = await succeed("up", "--skip-preview");
    expect(ran.changes).toEqual([]);
    expect(ran.text).toContain("blue serves");
    expect(ran.text).not.toMatch(/[0-9]+ (created|updated|replaced|deleted)/);
  });

  it("deploys a candidate beside it and moves no traffic", async () => {
    await project.set({ green: "v2" });
    await succeed("up", "--skip-preview");
    expect(await serving()).toEqual(["blue"]);
  });

  it("shows the switch in a preview, with what serves now, and switches, with few requests to the API server", async () => {
    await project.set({ live: "green" });
    const shown = await succeed("preview", "--diff");
    expect(shown.text).toMatch(/api, web: blue serves \(read .*\); the settings move traffic to green v2/);
    const before = requests();
    const ran = await succeed("up", "--skip-preview");
    expect(ran.text).not.toMatch(/apps\/v1:Deployment\s+\S+\s+updated/);
    expect([await serving("api"), await serving("web")]).toEqual([["green"], ["green"]]);
    const made = requests() - before;
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(80);
  });

  it("refuses to overwrite a selector that somebody changed, and takes it as the starting point after a refresh", async () => {
    const patch = { spec: { selector: { "greenlight/environment": "nobody" } } };
    await kubectl("patch", "service", "shop-web", "--patch", JSON.stringify(patch));
    await project.set({ live: "blue" });
    expect(await refused()).toContain("Somebody moved traffic: the Service shop-web leads to");
    expect(await serving("api")).toEqual(["green"]);
    await succeed("refresh", "--skip-preview");
    await succeed("up", "--skip-preview");
    expect([await serving("api"), await serving("web")]).toEqual([["blue"], ["blue"]]);
  });

  it("switches by the command, and goes back by it: traffic first, then Pulumi's state", async () => {
    const switched = await greenlight("switch", "green");
    expect(switched, switched.said).toMatchObject({
      exitCode: 0,
      json: { serving: { environment: "green", version: "v2" } },
    });
    expect(await serving()).toEqual(["green"]);
    const back = await greenlight("rollback", "--reason", "checkout fails");
    expect(back, back.said).toMatchObject({
      exitCode: 0,
      json: { to: { environment: "blue", version: "v1" }, stateInLine: true, verified: { health: "4 of 4 instances" } },
    });
    expect([await serving("api"), await serving("web")]).toEqual([["blue"], ["blue"]]);
    expect((await project.run("preview", "--expect-no-changes")).exitCode).toBe(0);
  });

  it("refuses the commands that are not offered yet, and says what to do instead", async () => {
    for (const command of [["release", "v2"], ["status"], ["watch"]]) {
      const { exitCode, said } = await greenlight(...command);
      expect(exitCode, said).toBe(2);
      expect(said).toContain(`greenlight ${command[0]}\` is not offered on kubernetes yet`);
    }
  });

  it("leaves nothing behind when it is destroyed", async () => {
    const ran = await project.run("destroy", "--skip-preview");
    expect(ran.exitCode, ran.text).toBe(0);
    const kinds = "deployments,replicasets,services,endpointslices,poddisruptionbudgets,serviceaccounts";
    const { items } = await get<{ items: { kind: string; metadata: { name: string } }[] }>(kinds);
    expect(items.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(["ServiceAccount default"]);
  });
});
