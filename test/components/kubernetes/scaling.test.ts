import type { V1Deployment } from "@kubernetes/client-node";
import { beforeAll, describe, expect, it } from "vitest";
import { one } from "../aws/shop.ts";
import type { Recorded } from "../recorded.ts";
import { manifest, stack } from "./shop.ts";

const v1 = manifest("v1");
const v2 = manifest("v2");
const kubernetes = { services: { web: { scaling: { most: 12, cpu: 55 } } } };
const scaler = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";

describe("a stack on Kubernetes with a service that scales by load", () => {
  let resources: readonly Recorded[];
  beforeAll(async () => {
    ({ resources } = await stack({ blue: v1, green: v2 }, { kubernetes }));
  });

  it("starts with the pods that the settings say, and then leaves their number alone", () => {
    const deployment = one(resources, "kubernetes:apps/v1:Deployment", "green-web");
    expect((deployment.inputs as unknown as V1Deployment).spec?.replicas).toBe(3);
    expect(deployment.ignored).toEqual(["spec.replicas"]);
    expect(one(resources, "kubernetes:apps/v1:Deployment", "green-api").ignored).toEqual([]);
  });

  it("has each side scaled between those and the most, by what its pods use of the CPU that they are promised", () => {
    expect(one(resources, scaler, "green-web-scaling").inputs).toMatchObject({
      metadata: {
        name: "shop-web-green",
        namespace: "shop",
        labels: { "app.kubernetes.io/instance": "shop", "greenlight/environment": "green" },
        // An update takes the least back that a switch wrote.
        annotations: { "pulumi.com/patchForce": "true" },
      },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "shop-web-green" },
        minReplicas: 3,
        maxReplicas: 12,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 55 } } },
        ],
      },
    });
    expect(one(resources, scaler, "green-web-scaling").after).toContain("kubernetes:apps/v1:Deployment green-web");
    expect(resources.filter(({ token }) => token === scaler).map(({ name }) => name)).toEqual([
      "blue-web-scaling",
      "green-web-scaling",
    ]);
  });

  it("asks of what runs no more than the least: the load says how many there are", () => {
    const { services } = one(resources, "kubernetes:RolloutDone", "green-rollout").inputs;
    expect(services).toMatchObject([
      { service: "api", replicas: 2 },
      { service: "web", replicas: 3 },
    ]);
    expect(one(resources, "kubernetes:RolloutDone", "green-rollout").after).toContain(`${scaler} green-web-scaling`);
  });

  it("raises a side to the size of the one that serves between the gates of both and the gate of the switch", () => {
    const matched = one(resources, "kubernetes:PodsMatched", "traffic-pods");
    expect(matched.inputs).toMatchObject({
      services: [{ service: "web", scalers: { blue: "shop-web-blue", green: "shop-web-green" }, least: 3, most: 12 }],
      weights: { blue: 100, green: 0 },
      versions: { blue: "v1", green: "v2" },
      deadlineMs: 600_000,
    });
    expect(matched.after).toEqual(
      expect.arrayContaining(["index:SmokeGate blue-smoke", "index:SmokeGate green-smoke"]),
    );
    expect(one(resources, "kubernetes:SwitchGate", "traffic-gate").after).toContain(
      "kubernetes:PodsMatched traffic-pods",
    );
  });

  it("names no scaling of a side that has no version", async () => {
    const alone = await stack({ blue: v1 }, { kubernetes });
    expect(one(alone.resources, "kubernetes:PodsMatched", "traffic-pods").inputs.services).toMatchObject([
      { scalers: { blue: "shop-web-blue" } },
    ]);
  });

  it("has nothing of it where no service scales", async () => {
    const plain = await stack({ blue: v1, green: v2 });
    expect(plain.resources.filter(({ token }) => /HorizontalPodAutoscaler|PodsMatched/.test(token))).toEqual([]);
    expect(plain.resources.flatMap(({ ignored }) => ignored)).toEqual([]);
  });
});
