import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { openContext } from "../../../cli/context.ts";
import { checklistOf } from "../../../project/checklist/checklistOf.ts";
import { askedKubernetes } from "../../../project/platform/kubernetes.ts";
import { liveVersions } from "../../../project/platform/platform.ts";
import { checklistItems } from "../../../release/checklist/items/index.ts";
import { judgeChecklist } from "../../../release/checklist/judge.ts";
import { Project } from "../../cli/project.ts";
import { digest, settings } from "../../components/kubernetes/shop.ts";
import { ApiServer } from "../../provider/kubernetes/apiServer.ts";
import { before, deployment, live, pod, selector, slice, waiting } from "../../provider/kubernetes/objects.ts";
import { PlayedPrometheus } from "../../provider/prometheus/playedPrometheus.ts";

/** v1 serves in blue, with two pods; green runs v2 beside it. */
const blue = (at: number, status: object = {}) => pod(at, status, { environment: "blue", digest: before });
const blueDeployment = () => ({
  ...deployment(),
  metadata: { name: "shop-api-blue", labels: selector("blue") },
});
const unheard = "greenlight:kubernetes.prometheus names no alerting rule";

describe("what a checklist asks of Kubernetes", () => {
  let server: ApiServer;
  let project: Project;

  beforeEach(async () => {
    server = await ApiServer.start();
    server.put("deployments", deployment(), blueDeployment());
    server.put("pods", blue(0), blue(1), pod(0), pod(1));
    server.put("services", live("blue"));
    server.put("endpointslices", slice("blue-0", "blue-1"));
    project = open();
  });
  afterEach(async () => {
    project.remove();
    await server.stop();
  });

  function open(more: Record<string, unknown> = {}): Project {
    const all = {
      ...settings,
      services: { api: { port: 8080 } },
      kubernetes: { ...settings.kubernetes, kubeconfig: server.kubeconfig },
      blue: "v1",
      green: "v3",
      ...more,
    };
    const lines = Object.entries(all).map(([key, it]) => `  shop:${key}: ${JSON.stringify(it)}`);
    const opened = new Project({ prod: `config:\n${lines.join("\n")}\n` });
    for (const version of ["v1", "v2", "v3"]) {
      const image = `registry.example/api@${digest(version)}`;
      const manifest = { version, services: { api: { image } }, smoke: { command: ["npm", "test"] } };
      opened.write(`releases/${version}.yaml`, stringify(manifest));
    }
    return opened;
  }
  const stackOf = () => {
    const context = openContext({ project: project.dir, stack: "prod", json: false, yes: true });
    const { signal } = new AbortController();
    return { project: project.dir, stack: "prod", dir: context.dir, settings: context.settings(), signal };
  };
  const cluster = (ms?: number) => askedKubernetes(stackOf(), ms);
  /** The verdict on one item of v3, as `greenlight check` has it. */
  const judged = async (id: string) => {
    const facts = await checklistOf({ ...stackOf(), version: "v3", phase: "day" });
    const found = judgeChecklist(checklistItems, facts, new Date()).items.find((item) => item.id === id);
    return `${found?.verdict}: ${found?.reason}`;
  };

  it("finds nothing wrong with what serves but that nobody hears of its failing requests", async () => {
    const { serves, instances, firing } = await cluster().health();
    expect({ serves, instances }).toEqual({
      serves: "blue",
      instances: [
        { service: "api", healthy: true, says: "ready" },
        { service: "api", healthy: true, says: "ready" },
      ],
    });
    expect(firing).toEqual([{ service: "api", says: expect.stringContaining(unheard) }]);
    expect(await judged("day/health")).toContain(`fail: ${unheard}`);
  });

  it.each<[string, () => void, string]>([
    [
      "a pod is not ready",
      () => server.put("pods", blue(1, waiting("ImagePullBackOff", "no such manifest"))),
      "1 of 2 pods of blue are ready (blue-1: its image cannot be pulled: no such manifest)",
    ],
    ["a pod is missing", () => server.remove("pods", "blue-1"), "1 of 2 pods of blue are ready"],
    [
      "nothing is deployed there",
      () => server.remove("deployments", "shop-api-blue"),
      "no instance of api serves in blue",
    ],
    [
      "users are still led elsewhere",
      () => server.put("endpointslices", slice("blue-0", "green-0", "nobody-0")),
      "2 endpoints of the Service shop-api are not of blue",
    ],
    [
      "no endpoint is ready",
      () => server.put("endpointslices", slice({ name: "blue-0", ready: false })),
      "the Service shop-api has no ready endpoint in blue",
    ],
    ["its Service leads to neither side", () => server.put("services", live(undefined)), "traffic is divided"],
    [
      "the cluster refuses to say",
      () => server.refuse(403),
      "The cluster did not tell what serves: services is forbidden",
    ],
    ["the cluster is too busy", () => server.refuse(429), "The cluster did not tell what serves"],
  ])("fails the health of what serves when %s", async (_, spoil, reason) => {
    spoil();
    const said = await judged("day/health");
    expect(said).toMatch(/^fail: /);
    expect(said).toContain(reason);
  });

  it("says divided while the Services of two services lead to different sides", async () => {
    project.remove();
    project = open({ services: { api: { port: 8080 }, web: { port: 3000 } } });
    const web = { ...live("green"), metadata: { name: "shop-web", labels: {} } };
    server.put("services", web);
    expect((await cluster().health()).serves).toBe("divided");
    expect(await cluster().serving()).toBeUndefined();
  });

  it("leaves out a service that this release makes", async () => {
    project.remove();
    project = open({ services: { api: { port: 8080 }, web: { port: 3000 } } });
    const { serves, services, firing } = await cluster().health();
    expect({ serves, services }).toEqual({ serves: "blue", services: ["api"] });
    expect(firing).toHaveLength(1);
    // Else the version that serves would be judged once more.
    expect(await cluster().serving()).toBe("blue");
  });

  it("has nobody to ask before the first deployment, and says where the namespace itself is missing", async () => {
    server.remove("services", "shop-api");
    expect(await judged("day/health")).toBe("not applicable: nothing serves yet, so there is nobody to ask");
    server.namespaced = false;
    expect(await judged("day/health")).toContain("fail: The cluster has no namespace shop.");
    expect(await judged("infrastructure/capacity")).toContain("fail: The cluster has no namespace shop.");
  });

  it("tells by the images of the pods which version serves, whatever the settings say", async () => {
    project.remove();
    project = open({ live: "green" });
    expect(await liveVersions(cluster())).toEqual(["v1"]);
    expect(await cluster().live()).toEqual([
      { service: "api", environment: "blue", count: 2, versions: [{ version: "v1", says: "v1" }] },
    ]);
    expect(await judged("infrastructure/capacity")).toBe("pass: api 2 of 2 serving");
  });

  it("takes the load's number of pods for right, and gives a candidate as many", async () => {
    const grown = blueDeployment();
    server.put("deployments", { ...grown, spec: { replicas: 3 } });
    server.put("pods", blue(2));
    expect(await judged("infrastructure/capacity")).toBe("fail: api would have 2 where 3 are needed");
    project.remove();
    const services = { api: { scaling: { most: 4 } } };
    project = open({ kubernetes: { ...settings.kubernetes, kubeconfig: server.kubeconfig, services } });
    expect(await judged("infrastructure/capacity")).toBe("pass: api 3 of 3 serving");
    const { instances } = await cluster().health();
    expect(instances.map(({ healthy }) => healthy)).toEqual([true, true, true]);
    server.remove("pods", "blue-2");
    expect((await cluster().health()).instances.at(-1)).toMatchObject({
      healthy: false,
      says: "2 of 3 pods of blue are ready",
    });
  });

  it("never guesses the version of an image that no manifest names, or of pods that do not say", async () => {
    const unknown = (imageDigest: string) => pod(0, {}, { environment: "blue", digest: imageDigest });
    server.remove("pods", "blue-1");
    server.put("pods", unknown(`sha256:${"9".repeat(64)}`));
    await expect(liveVersions(cluster())).rejects.toThrow(
      /what serves is not known: api in blue runs image sha256:9+, which no manifest names/,
    );
    server.put("pods", blue(0, { conditions: [{ type: "Ready", status: "False" }] }));
    await expect(liveVersions(cluster())).rejects.toThrow("no instance of api in blue says what it runs");
  });

  it.each(["infrastructure/monitoring", "anti-patterns/unwatched"])("fails %s, for there are no alarms", async (id) => {
    expect(await judged(id)).toContain(`fail: ${unheard}`);
  });

  describe("with a Prometheus whose alerts it names", () => {
    let prometheus: PlayedPrometheus;
    beforeEach(async () => {
      prometheus = await PlayedPrometheus.start();
      project.remove();
      const asked = { url: prometheus.url, ingress: "nginx", alerts: ["ShopFails"] };
      project = open({ kubernetes: { ...settings.kubernetes, kubeconfig: server.kubeconfig, prometheus: asked } });
    });
    afterEach(() => prometheus.stop());

    it("finds nothing wrong with what serves while the rule is there and quiet, and releases are watched", async () => {
      prometheus.alerts.ShopFails = { state: "inactive" };
      expect((await cluster().health()).firing).toEqual([]);
      expect(await judged("day/health")).toMatch(/^pass/);
      expect(await judged("infrastructure/monitoring")).toMatch(/^pass/);
      expect(await judged("anti-patterns/unwatched")).toMatch(/^pass/);
    });

    it("fails what serves while it fires", async () => {
      prometheus.alerts.ShopFails = { state: "firing" };
      expect(await judged("day/health")).toContain("the alert ShopFails fires");
    });

    it("fails to be watched where the rule is not there, or Prometheus does not tell", async () => {
      expect(await judged("anti-patterns/unwatched")).toMatch(/^fail/);
      prometheus.instead = { status: 500, body: "" };
      expect(await judged("anti-patterns/unwatched")).toContain("Prometheus did not tell: it answers with status 500");
      expect(await judged("day/health")).toMatch(/^fail/);
    });
  });

  it("is asked within a time limit", async () => {
    server.hang = true;
    await expect(cluster(300).health()).rejects.toThrow("Asking the cluster what serves took longer than");
  });
});
