import type { KubernetesObject } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRoute, weightsOf } from "../../provider/kubernetes/route.ts";
import { FollowedShop } from "../engine/followedShop.ts";
import { bySettings, followsEveryStrategy, type StrategyStack, testers } from "./suite.ts";

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
});
afterAll(async () => await followed?.close());

describe.sequential("on Kubernetes a stack", () => {
  followsEveryStrategy(() => stack);

  it("has users stay with the version that answered first while a canary has a share, and nobody after the way back", async () => {
    await stack.set({ strategy: { kind: "canary", canary: { sticky: "1h" } } });
    expect(await ask()).toMatchObject({ version: "v1", cookie: undefined });
    expect(await stack.greenlight("switch", "green", "--share", "50")).toMatchObject({ exitCode: 0 });
    const users = new Map<string, string>();
    // One in a thousand million runs would find all of thirty users on one side.
    for (let at = 0; at < 30; at += 1) {
      const { version, cookie = "" } = await ask();
      users.set(cookie, version);
    }
    expect([...users.values()].sort()).toEqual(["v1", "v2"]);
    for (const [cookie, version] of users) {
      for (let at = 0; at < 20; at += 1) expect(await ask(cookie)).toEqual({ version, cookie: undefined });
    }
    expect(await stack.greenlight("rollback", "--reason", "to see who stays")).toMatchObject({ exitCode: 0 });
    for (const cookie of users.keys()) expect(await ask(cookie)).toEqual({ version: "v1", cookie: undefined });
    expect(await stack.weights()).toEqual({ blue: 100, green: 0 });
  });
});

/** What a user is answered by, and the cookie that they are given. */
async function ask(cookie?: string) {
  const headers = cookie === undefined ? {} : { cookie };
  const answer = await fetch(stack.address, { headers, signal: AbortSignal.timeout(5_000) });
  const version = /v\d+/.exec(await answer.text())?.[0] ?? `status ${answer.status}`;
  return { version, cookie: answer.headers.getSetCookie()[0]?.split(";")[0] };
}
