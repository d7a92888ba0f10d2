import { CoreV1Api } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kinds } from "../../../tools/kubernetes/kinds.ts";
import { makeKnown } from "../../../tools/kubernetes/playedKind.ts";
import { settingsFrom, wrongSettings } from "../../../tools/kubernetes/plugin/settings.ts";
import type { StandIn } from "../../../tools/kubernetes/plugin/standIn.ts";
import { type Bag, NotReady } from "../../../tools/plugin/provider.ts";
import { at } from "../../../tools/plugin/values.ts";
import { buildTimeoutMs, Made, World } from "./world.ts";

const deploymentType = "kubernetes:apps/v1:Deployment";
const serviceType = "kubernetes:core/v1:Service";
const jobType = "kubernetes:batch/v1:Job";
const scalerType = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";

let world: World;
let standIn: StandIn;
beforeAll(async () => {
  world = await World.start();
  standIn = world.standIn();
}, buildTimeoutMs);
afterAll(async () => await world?.stop());

describe("what the stand-in refuses", () => {
  it("a kind that it does not know, by name, with what would know it", async () => {
    await expect(standIn.check({ type: "kubernetes:apps/v1:DaemonSet", name: "it" }, {}, {})).rejects.toThrow(
      /makes apps\/v1:Deployment, .*not kubernetes:apps\/v1:DaemonSet\. Install the official plugin/,
    );
  });

  it("a property at the top that the kind does not have", async () => {
    const { failures } = await standIn.check({ type: deploymentType, name: "it" }, {}, { spce: {} });
    expect(failures).toEqual([
      { property: "spce", reason: expect.stringContaining("does not know the property spce") },
    ]);
  });

  it("a property further in, in the preview, as the API server does", async () => {
    const wrong = deployment("typo", { replicsa: 2 });
    await expect(standIn.tryOut({ type: deploymentType, name: "it" }, await checked(wrong))).rejects.toThrow(
      /try to apply Deployment shop\/typo: .*replicsa/,
    );
    await expect(world.kubectl("get", "deployment", "typo", "-n", "shop")).rejects.toThrow("NotFound");
  });

  it("a cluster that is not on this machine", () => {
    const far = JSON.stringify({
      clusters: [{ name: "far", cluster: { server: "https://cluster.example.invalid:6443" } }],
      users: [{ name: "me", user: { token: "secret" } }],
      contexts: [{ name: "far", context: { cluster: "far", user: "me" } }],
      "current-context": "far",
    });
    expect(() => settingsFrom({ kubeconfig: far }, {})).toThrow(
      /not on this machine.*plugin install resource kubernetes/,
    );
  });

  it("settings that it does not know, and an apply that is not the server's", () => {
    expect(wrongSettings({ kubeClientSettings: "{}" })).toHaveLength(1);
    expect(wrongSettings({ enableServerSideApply: "false" })).toEqual([
      { property: "enableServerSideApply", reason: "the stand-in knows server-side apply only" },
    ]);
    expect(() => settingsFrom({}, { HOME: "/nowhere" })).toThrow("set kubernetes:kubeconfig, or KUBECONFIG");
  });

  it("what the user of the kubeconfig may not do, saying what to allow", async () => {
    const inputs = await checked({ metadata: { name: "more" } }, "kubernetes:core/v1:Namespace");
    await expect(standIn.create({ type: "kubernetes:core/v1:Namespace", name: "more" }, inputs)).rejects.toThrow(
      /access denied.*Allow apply on namespaces to whoever deploys/s,
    );
  });
});

describe("an object", () => {
  it("is applied under its name in the provider's namespace, and read back as the state", async () => {
    const service = await Made.of(standIn, serviceType, serviceTo("blue", "plain"));
    expect(service.id).toBe("shop/plain");
    expect(at(service.state, "spec.clusterIP")).toMatch(/^10\.96\./);
    expect(at(service.state, "metadata.managedFields")).toBeUndefined();
    const managers = await world.kubectl("get", "svc", "plain", "-n", "shop", "-o", "yaml", "--show-managed-fields");
    expect(managers).toContain("manager: greenlight");
  });

  it("without a name gets the logical one and some digits, and keeps them", async () => {
    const account = await Made.of(standIn, "kubernetes:core/v1:ServiceAccount", {}, "runner");
    expect(account.id).toMatch(/^shop\/runner-[0-9a-f]{8}$/);
    expect(at(await account.check({}), "metadata.name")).toBe(account.id.replace("shop/", ""));
  });

  it("is changed in place, and what the program no longer says is taken away", async () => {
    const labelled = (labels: Bag) => ({ ...serviceTo("blue", "changed"), metadata: { name: "changed", labels } });
    const service = await Made.of(standIn, serviceType, labelled({ team: "shop", old: "yes" }));
    const news = { ...labelled({ team: "shop" }), spec: { ...portsOf("green") } };
    expect(await service.diff(news)).toEqual({ changed: ["metadata", "spec"], replaces: [], deleteFirst: false });
    await service.update(news);
    expect(at(service.state, "spec.selector.side")).toBe("green");
    expect(at(service.state, "metadata.labels")).toEqual({ team: "shop" });
    expect((await service.diff(news)).changed).toEqual([]);
  });

  it("that says the same in other words is no change", async () => {
    const limits = (cpu: string) => deployment("words", {}, { resources: { limits: { cpu } } });
    const made = await Made.of(standIn, deploymentType, limits("1"));
    expect((await made.diff(limits("1000m"))).changed).toEqual([]);
    expect((await made.diff(limits("2"))).changed).toEqual(["spec"]);
  });

  it("that somebody moved is seen after a refresh, and put back where the program takes it by force", async () => {
    const service = await Made.of(standIn, serviceType, serviceTo("blue", "moved"));
    await world.kubectl("patch", "svc", "moved", "-n", "shop", "-p", '{"spec":{"selector":{"side":"green"}}}');
    expect(await service.refresh()).toBe(true);
    expect(at(service.inputs, "spec.selector.side")).toBe("green");
    expect((await service.diff(serviceTo("blue", "moved"))).changed).toEqual(["spec"]);
    await expect(service.update(serviceTo("blue", "moved"))).rejects.toThrow(/\.spec\.selector \("kubectl-patch"/);
    const annotations = { "pulumi.com/patchForce": "true" };
    await service.update({ ...serviceTo("blue", "moved"), metadata: { name: "moved", annotations } });
    expect(at(service.state, "spec.selector.side")).toBe("blue");
  });

  it("that is gone is told by a refresh", async () => {
    const service = await Made.of(standIn, serviceType, serviceTo("blue", "lost"));
    await world.kubectl("delete", "svc", "lost", "-n", "shop");
    expect(await service.refresh()).toBe(false);
    await service.delete();
  });
});

describe("a field that the program says to overlook", () => {
  const overlooked = ["spec.replicas"];
  const of = (name: string, image: string, replicas = 2) =>
    deployment(name, { replicas }, { image: `example.invalid/app@sha256:${image}` });

  it("makes no difference, and others beside it do", async () => {
    const made = await Made.of(standIn, deploymentType, of("overlooked", "1"));
    expect((await made.diff(of("overlooked", "1", 5), overlooked)).changed).toEqual([]);
    expect((await made.diff(of("overlooked", "2", 5), overlooked)).changed).toEqual(["spec"]);
  });

  it("stays what it is when nobody else manages it: left out, it would be set to its default", async () => {
    const made = await Made.of(standIn, deploymentType, of("ours", "1"));
    await made.update(of("ours", "2"), overlooked);
    expect(at(made.state, "spec.replicas")).toBe(2);
  });

  it("stays what a HorizontalPodAutoscaler made of it, while what is beside it changes", async () => {
    const made = await Made.of(standIn, deploymentType, of("scaled", "1"));
    const scaler = await Made.of(standIn, scalerType, {
      metadata: { name: "scaled" },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "scaled" },
        minReplicas: 3,
        maxReplicas: 5,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } } },
        ],
      },
    });
    await world.kubectl(
      "wait",
      "-n",
      "shop",
      "deployment/scaled",
      "--for=jsonpath={.spec.replicas}=3",
      "--timeout=60s",
    );
    await scaler.delete();
    const target = { type: deploymentType, name: "scaled" };
    await expect(standIn.tryOut(target, await made.check(of("scaled", "2")))).rejects.toThrow(
      /kube-controller-manager/,
    );
    await standIn.tryOut(target, await made.check(of("scaled", "2")), overlooked);
    await expect(made.update(of("scaled", "2"))).rejects.toThrow(
      /\.spec\.replicas \("kube-controller-manager".*Nothing was changed/s,
    );
    await made.update(of("scaled", "2"), overlooked);
    expect(at(made.state, "spec.replicas")).toBe(3);
    expect(at(made.state, "spec.template.spec.containers")).toMatchObject([{ image: "example.invalid/app@sha256:2" }]);
    await made.refresh();
    expect((await made.diff(of("scaled", "2"), overlooked)).changed).toEqual([]);
    // A program that names the very number takes it over.
    await made.update(of("scaled", "3", 3));
    expect(at(made.state, "spec.replicas")).toBe(3);
  });

  it("is refused where its path is more than names", async () => {
    const made = await Made.of(standIn, deploymentType, of("paths", "1"));
    await expect(made.diff(of("paths", "2"), ["spec.template.spec.containers[0].image"])).rejects.toThrow(
      /ignoreChanges by names with dots between them, not spec\.template\.spec\.containers\[0\]/,
    );
  });
});

describe("a field that somebody else has taken", () => {
  it("is refused with their name and the field, until it is taken by force", async () => {
    const made = await Made.of(standIn, deploymentType, deployment("taken", { replicas: 2 }));
    await world.kubectl("scale", "deployment", "taken", "-n", "shop", "--replicas=3");
    await made.refresh();
    const news = deployment("taken", { replicas: 2 });
    const refused = expect(made.update(news)).rejects;
    await refused.toThrow(/\.spec\.replicas \("kubectl" .*Nothing was changed.*pulumi\.com\/patchForce/s);
    await made.update({ ...news, metadata: { name: "taken", annotations: { "pulumi.com/patchForce": "true" } } });
    expect(at(made.state, "spec.replicas")).toBe(2);
  });
});

describe("what cannot be changed in place", () => {
  it.each([
    [
      "a Deployment's selector",
      deploymentType,
      deployment("selector"),
      deploymentOf("selector", "other"),
      "spec.selector",
    ],
    ["a Job's pods", jobType, job("template", "one"), job("template", "two"), "spec.template"],
    ["a name", serviceType, serviceTo("blue", "first"), serviceTo("blue", "second"), "metadata.name"],
  ])("is replaced: %s", async (_, type, before, after, path) => {
    const made = await Made.of(standIn, type, before);
    expect(await made.diff(after)).toMatchObject({ replaces: [path], deleteFirst: path !== "metadata.name" });
  });

  it("also where only the server knows it", async () => {
    const map = (data: Bag) => ({ metadata: { name: "fixed" }, immutable: true, data });
    const made = await Made.of(standIn, "kubernetes:core/v1:ConfigMap", map({ a: "1" }));
    const { immutable: _, ...open } = map({ a: "1" });
    expect((await made.diff(open)).replaces).not.toEqual([]);
  });
});

describe("a Deployment", () => {
  it("is awaited until every pod is the new one", async () => {
    const made = await Made.of(standIn, deploymentType, deployment("awaited", { replicas: 3 }));
    expect(at(made.state, "status")).toMatchObject({ readyReplicas: 3, updatedReplicas: 3 });
  });

  it("is not awaited where the program says so", async () => {
    const unfit = deployment("skipped", {}, { resources: { requests: { cpu: "500" } } });
    const given = { ...unfit, metadata: { name: "skipped", annotations: { "pulumi.com/skipAwait": "true" } } };
    const made = await Made.of(standIn, deploymentType, given);
    expect(at(made.state, "status.readyReplicas")).toBeUndefined();
  });

  it("that does not get there fails with what its pods say, and stays in the state", async () => {
    const unfit = await checked(deployment("unfit", {}, { resources: { requests: { cpu: "500" } } }));
    const failure = await standIn
      .create({ type: deploymentType, name: "unfit", timeoutMs: 3_000 }, unfit)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotReady);
    expect(failure).toMatchObject({
      id: "shop/unfit",
      message: expect.stringMatching(/Waited 3 s.*Insufficient cpu/s),
    });
  });

  it("is gone with its pods when its deletion is done", async () => {
    const made = await Made.of(standIn, deploymentType, deployment("leaving"));
    await made.delete();
    const { items } = await world.admin.makeApiClient(CoreV1Api).listNamespacedPod({
      namespace: "shop",
      labelSelector: "app=leaving",
    });
    expect(items).toEqual([]);
    expect(await made.refresh()).toBe(false);
  });
});

describe("a Job", () => {
  it("is awaited until it is complete", async () => {
    const made = await Made.of(standIn, jobType, job("done", "one"));
    expect(at(made.state, "status.succeeded")).toBe(1);
  });
});

describe("every kind of the table", () => {
  it("is served under the path that the table says", async () => {
    // The Prometheus Operator, which would bring it, is not here.
    const operator = { group: "monitoring.coreos.com", version: "v1" };
    await makeKnown(world.admin, { ...operator, plural: "prometheusrules", kind: "PrometheusRule" }, "shop");
    await makeKnown(world.admin, { ...operator, plural: "servicemonitors", kind: "ServiceMonitor" }, "shop");
    for (const [token, { apiVersion, plural, kind }] of Object.entries(kinds)) {
      const api = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      const { resources } = JSON.parse(await world.kubectl("get", "--raw", api)) as {
        resources: { name: string; kind: string }[];
      };
      expect(
        resources.filter(({ name }) => name === plural).map((it) => it.kind),
        token,
      ).toEqual([kind]);
      expect(token).toBe(`kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`);
    }
  });
});

describe("an API server that restarts", () => {
  it("is asked again until it is there", async () => {
    await world.cluster.killApiServer();
    const applied = Made.of(standIn, serviceType, serviceTo("blue", "patient"));
    const [service] = await Promise.all([applied, world.cluster.startApiServer()]);
    expect(service.id).toBe("shop/patient");
  });
});

async function checked(given: Bag, type = deploymentType): Promise<Bag> {
  return (await standIn.check({ type, name: "it" }, {}, given)).inputs;
}

function portsOf(side: string): Bag {
  return { selector: { side }, ports: [{ name: "http", port: 80, targetPort: 8080, protocol: "TCP" }] };
}

function serviceTo(side: string, name: string): Bag {
  return { metadata: { name }, spec: portsOf(side) };
}

function deployment(name: string, spec: Bag = {}, container: Bag = {}): Bag {
  return deploymentOf(name, name, spec, container);
}

function deploymentOf(name: string, app: string, spec: Bag = {}, container: Bag = {}): Bag {
  const containers = [{ name: "app", image: "example.invalid/app@sha256:1", ...container }];
  const template = { metadata: { labels: { app } }, spec: { containers } };
  return { metadata: { name }, spec: { selector: { matchLabels: { app } }, template, ...spec } };
}

function job(name: string, word: string): Bag {
  const containers = [{ name: "work", image: "example.invalid/work:1", args: [word] }];
  return { metadata: { name }, spec: { template: { spec: { restartPolicy: "Never", containers } } } };
}
