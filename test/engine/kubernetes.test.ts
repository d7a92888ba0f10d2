import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KubernetesShop } from "./kubernetesShop.ts";
import type { Project } from "./project.ts";

// The real engine, our program and provider, and the stand-in of the kubernetes plugin, against a real control plane whose nodes are
// played: pods are scheduled and said to be ready, and no process runs. The deployer has the Role of docs/kubernetes.md and no other right.

let shop: KubernetesShop;
let project: Project;
const get: KubernetesShop["get"] = (...args) => shop.get(...args);
const kubectl = (...args: string[]) => shop.kubectl(...args);
const serving = (service?: string) => shop.serving(service);
const succeed: KubernetesShop["succeed"] = (...asked) => shop.succeed(...asked);
const refused = () => shop.refused();
const greenlight = (...args: string[]) => shop.greenlight(...args);
const requests = () => shop.requests();

beforeAll(async () => {
  shop = await KubernetesShop.open({
    services: ["api", "web"],
    versions: ["v1", "v2"],
    pods: "played",
    settings: {
      live: "blue",
      blue: "v1",
      services: { api: { port: 8080, drain: "1s" }, web: { port: 8081, drain: "1s" } },
      kubernetes: { endpointDelay: "1s", gates: { deadline: "60s" } },
    },
  });
  ({ project } = shop);
});

afterAll(async () => {
  await shop?.close();
});

describe.sequential("a production stack on a Kubernetes cluster, by the deployer's Role alone", () => {
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
    const before = await requests();
    const ran = await succeed("up", "--skip-preview");
    expect(ran.text).not.toMatch(/apps\/v1:Deployment\s+\S+\s+updated/);
    expect([await serving("api"), await serving("web")]).toEqual([["green"], ["green"]]);
    const made = (await requests()) - before;
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

  it("says by the command what serves and what each side runs, and by its exit code whether that is what was asked", async () => {
    const status = await greenlight("status");
    expect(status, status.said).toMatchObject({
      exitCode: 0,
      json: {
        ok: true,
        serves: { environment: "blue", endpoints: { api: { blue: 2, green: 0, others: 0 } } },
        environments: {
          blue: { versions: ["v1"], services: { api: { ready: 2, wanted: 2 } } },
          green: { versions: ["v2"], services: { web: { ready: 2, wanted: 2 } } },
        },
      },
    });
    await project.set({ live: "green" });
    const other = await greenlight("status");
    expect(other, other.said).toMatchObject({ exitCode: 7, json: { ok: false, serves: { environment: "blue" } } });
    await project.set({ live: "blue" });
  });

  it("refuses the commands that judge where nobody counts, and says what to do instead", async () => {
    for (const command of [["release", "v2"], ["watch"]]) {
      const { exitCode, said } = await greenlight(...command);
      expect(exitCode, said).toBe(2);
      expect(said).toContain(`greenlight ${command[0]}\` needs somebody who counts what users are answered`);
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
