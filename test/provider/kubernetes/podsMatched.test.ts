import {
  type KubernetesObject,
  KubernetesObjectApi,
  type V1Deployment,
  type V2HorizontalPodAutoscaler,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { deployerRole } from "../../../components/kubernetes/deployerRole.ts";
import { buildTimeoutMs, World } from "../../tools/kubernetes/world.ts";
import { Managed } from "../managed.ts";
import { backends, route, selector } from "./objects.ts";

// A real control plane, whose HorizontalPodAutoscalers have no load to read: what makes them act is the least that they are told to keep.
// The provider has the deployer's Role alone. Pods are played: each is ready at once.

const sides = ["blue", "green"] as const;
type Side = (typeof sides)[number];
const nameOf = (side: Side) => `shop-api-${side}`;
const all = (side: Side) => ({ blue: side === "blue" ? 100 : 0, green: side === "green" ? 100 : 0 });

let world: World;
let matched: Managed;

const kubectl = (...args: string[]) => world.kubectl(...args, "--namespace", "shop");
const patch = (object: string, spec: object, ...args: string[]) =>
  kubectl("patch", object, "--type=merge", "--patch", JSON.stringify({ spec }), ...args);
const leadTo = (side: Side) => patch("service/shop-api", { selector: selector(side) });
const ready = (side: Side, count: number) =>
  kubectl("wait", `deployment/${nameOf(side)}`, `--for=jsonpath={.status.readyReplicas}=${count}`, "--timeout=60s");
const leasts = async () =>
  Promise.all(
    sides.map(async (side) => Number(await kubectl("get", "hpa", nameOf(side), "-o=jsonpath={.spec.minReplicas}"))),
  );

/** Somebody or something else has a side run more pods, as load does. */
async function grow(side: Side, count: number): Promise<void> {
  await kubectl("scale", `deployment/${nameOf(side)}`, `--replicas=${count}`);
  await ready(side, count);
}

const inputs = (to: Side | { blue: number; green: number }, over: object = {}) => ({
  access: { kubeconfig: world.cluster.deployer, namespace: "shop" },
  services: [service()],
  weights: typeof to === "string" ? all(to) : to,
  versions: { blue: "v1", green: "v2" },
  deadlineMs: 60_000,
  ...over,
});
const service = (over: object = {}) => ({
  service: "api",
  name: "shop-api",
  blue: selector("blue"),
  green: selector("green"),
  scalers: { blue: nameOf("blue"), green: nameOf("green") },
  least: 2,
  most: 6,
  ...over,
});

function objects(side: Side): (V1Deployment | V2HorizontalPodAutoscaler)[] {
  const metadata = { name: nameOf(side), namespace: "shop", labels: selector(side) };
  const template = {
    metadata: { labels: selector(side) },
    spec: { containers: [{ name: "api", image: "registry.example/api@sha256:1" }] },
  };
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: nameOf(side) };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas: 2, selector: { matchLabels: selector(side) }, template },
    },
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata,
      spec: { scaleTargetRef, minReplicas: 2, maxReplicas: 6 },
    },
  ];
}

beforeAll(async () => {
  world = await World.start({ deployer: { namespace: "shop", role: stringify(deployerRole("shop")) } });
  const api = world.admin.makeApiClient(KubernetesObjectApi);
  const labels = { "app.kubernetes.io/instance": "shop", "app.kubernetes.io/name": "api" };
  const led = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "shop-api", namespace: "shop", labels },
    spec: { selector: selector("blue"), ports: [{ name: "http", port: 8080 }] },
  };
  for (const object of [...sides.flatMap(objects), led]) await api.create(object);
}, buildTimeoutMs);
afterAll(async () => await world?.stop());

beforeEach(async () => {
  await leadTo("blue");
  for (const side of sides) {
    await patch(`hpa/${nameOf(side)}`, { minReplicas: 2 });
    await grow(side, 2);
  }
  matched = new Managed("greenlight:kubernetes:PodsMatched", "traffic-pods");
  await matched.create(inputs("blue"));
});

describe.sequential("pods of the side that is about to receive traffic", () => {
  it("are as many as serve before a switch, and neither side is to have fewer from then on", async () => {
    await grow("blue", 4);
    const { serving } = await matched.update(inputs("green"));
    expect(serving).toEqual({ api: all("green") });
    expect(await leasts()).toEqual([4, 4]);
    await ready("green", 4);
    expect(matched.told.slice(0, 2)).toEqual([
      "shop-api-blue keeps at least 4 pods now, 2 before",
      "shop-api-green keeps at least 4 pods now, 2 before",
    ]);
    expect(matched.told.at(-1)).toBe("green has 4 ready pods of api");
    const managers = await kubectl("get", "hpa", nameOf("green"), "-o", "yaml", "--show-managed-fields");
    expect(managers).toContain("manager: greenlight");
  });

  it("are as many before the way back too, which the old side's own size is kept for", async () => {
    await grow("blue", 4);
    await matched.update(inputs("green"));
    await leadTo("green");
    await grow("green", 5);
    await matched.update(inputs("blue"));
    await ready("blue", 5);
    expect(await leasts()).toEqual([5, 5]);
  });

  it("are let go by the next version: the load says again how many there are", async () => {
    await grow("blue", 4);
    await matched.update(inputs("green"));
    await leadTo("green");
    expect(await matched.differs(inputs("green"))).toBe(false);
    const next = inputs("green", { versions: { blue: "v3", green: "v2" } });
    expect(await matched.differs(next)).toBe(true);
    await matched.update(next);
    expect(await leasts()).toEqual([2, 2]);
    expect(matched.told.at(-1)).toBe("shop-api-green keeps at least 2 pods now, 4 before");
  });

  it("keep their size when traffic was moved before the update, as by a rollback", async () => {
    await grow("blue", 4);
    await matched.update(inputs("green"));
    // `greenlight rollback` wrote the Service before the engine was asked.
    await matched.update(inputs("blue"));
    expect(await leasts()).toEqual([4, 4]);
  });

  it("are never more than the most", async () => {
    await grow("blue", 4);
    await matched.update(inputs("green", { services: [service({ most: 3 })] }));
    expect(await leasts()).toEqual([3, 3]);
    await ready("green", 3);
  });

  it("that do not come in time leave traffic as it is, and say what keeps them", async () => {
    await grow("blue", 4);
    await kubectl("create", "quota", "full", "--hard=pods=6");
    await kubectl("wait", "--for=jsonpath={.status.used.pods}=6", "quota/full", "--timeout=60s");
    try {
      // Asked for already: how long a scaler takes to look is nothing that this speaks of.
      await kubectl("scale", `deployment/${nameOf("green")}`, "--replicas=4");
      await kubectl("wait", `deployment/${nameOf("green")}`, "--for=condition=ReplicaFailure", "--timeout=60s");
      await expect(matched.update(inputs("green", { deadlineMs: 500 }))).rejects.toThrow(
        /Traffic was not moved: 2 of 4 pods of api in green are ready \(pods were refused: .*exceeded quota: full[\s\S]*Traffic was left as it is[\s\S]*run the update again/,
      );
    } finally {
      await kubectl("delete", "quota", "full");
    }
  });

  it("are awaited where nothing scales them any more, and that is told", async () => {
    await grow("blue", 4);
    await grow("green", 4);
    await matched.update(inputs("green", { services: [service({ scalers: { green: "shop-api-gone" } })] }));
    expect(matched.told).toEqual([expect.stringContaining("there is no HorizontalPodAutoscaler shop-api-gone")]);
  });

  it("are not awaited on the way back from a share: that side has most of the traffic already", async () => {
    const { metadata, spec } = route(75, 25);
    const parentRefs = [{ name: "public" }];
    const api = world.admin.makeApiClient(KubernetesObjectApi);
    await api.create({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: metadata.name, namespace: "shop", labels: metadata.labels },
      spec: { ...spec, parentRefs },
    } as KubernetesObject);
    const routed = { services: [service({ route: backends })] };
    const shared = new Managed("greenlight:kubernetes:PodsMatched", "shared-pods");
    await shared.create(inputs({ blue: 75, green: 25 }, routed));
    await grow("green", 4);
    await kubectl("scale", `deployment/${nameOf("blue")}`, "--replicas=0");
    await kubectl("wait", "pod", "--for=delete", "--selector=greenlight/environment=blue", "--timeout=60s");
    await shared.update(inputs("blue", { ...routed, deadlineMs: 500 }));
    expect(await leasts()).toEqual([2, 2]);
  });

  it("are told by a refresh to be asked for again when traffic is not where the last update wanted it", async () => {
    await grow("blue", 3);
    await matched.update(inputs("green"));
    expect((await matched.refresh())?.serving).toEqual({ api: all("blue") });
    expect(await matched.differs()).toBe(true);
    await grow("blue", 5);
    await matched.update();
    await ready("green", 5);
  });
});
