import type { KubernetesObject } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe } from "vitest";
import { readRoute, weightsOf } from "../../provider/kubernetes/route.ts";
import { FollowedShop } from "./followedShop.ts";
import { bySettings, followsEveryStrategy, type StrategyStack, testers } from "./strategySuite.ts";

let followed: FollowedShop;
let stack: StrategyStack;

beforeAll(async () => {
  followed = await FollowedShop.open({
    versions: ["v1", "v2"],
    routed: true,
    lagMs: 0,
    settings: { testers },
    // Nobody is asked what both sides answer: they move by hand.
    kubernetes: { prometheus: { url: "http://127.0.0.1:9", ingress: "envoy" } },
  });
  const { shop } = followed;
  const { project } = shop;
  await project.set({ green: "v2" });
  await shop.succeed("up", "--skip-preview");
  stack = {
    address: followed.address,
    greenlight: (...args) => shop.greenlight(...args),
    ...bySettings(project, () => shop.succeed("up", "--skip-preview")),
    async weights() {
      const backends = { blue: "shop-api-blue", green: "shop-api-green", port: 8080 };
      return weightsOf(readRoute(await shop.get<KubernetesObject>("httproute", "shop-api")), backends);
    },
    instances: () => followed.instances(),
  };
}, 3_600_000);
afterAll(async () => await followed?.close(), 300_000);

describe.sequential("on Kubernetes a stack", { timeout: 600_000 }, () => followsEveryStrategy(() => stack));
