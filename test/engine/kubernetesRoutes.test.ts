import { CustomObjectsApi } from "@kubernetes/client-node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { routeKind } from "../../provider/kubernetes/route.ts";
import type { LoadGenerator, Mark } from "../../rehearsal/load/client.ts";
import { FollowedShop, unharmedSince as unharmed } from "./followedShop.ts";
import type { KubernetesShop } from "./kubernetesShop.ts";
import type { Project } from "./project.ts";

// The real engine and a real control plane whose pods are processes of this machine, behind a Gateway: shares of users' requests go by the
// weights of an HTTPRoute, a moment after the API told, and the route says when they do.

let followed: FollowedShop;
let shop: KubernetesShop;
let project: Project;
let load: LoadGenerator;
let custom: CustomObjectsApi;
const unharmedSince = (mark: Mark, least?: number) => unharmed(load, mark, least);

beforeAll(async () => {
  followed = await FollowedShop.open({ versions: ["v1", "v2"], routed: true, lagMs: 300 });
  ({ shop } = followed);
  ({ project } = shop);
  custom = followed.config.makeApiClient(CustomObjectsApi);
});

afterAll(async () => {
  await followed?.close();
});

beforeEach(async () => {
  load = await followed.users();
});

afterEach(async () => {
  await load[Symbol.asyncDispose]();
});

describe.sequential("users of a stack on Kubernetes who come through a Gateway", () => {
  it("are served by the first version, and meet no candidate that is deployed beside it", async () => {
    const before = await load.mark("before the candidate");
    await project.set({ green: "v2" });
    await shop.succeed("up", "--skip-preview");
    expect(Object.keys(await unharmedSince(before))).toEqual(["v1"]);
  });

  it("meet the share of a candidate that the settings say, raised from update to update, and lose no request", async () => {
    const start = await load.mark("before the canary");
    for (const [share, changes] of [
      [10, { share: "10" }],
      [50, { share: "50" }],
      [100, { live: "green", share: undefined }],
    ] as const) {
      await project.set(changes);
      const shown = await shop.succeed("preview", "--diff");
      expect(shown.text.match(/HTTPRoute: \(update\)/g), shown.text).toHaveLength(1);
      expect(shown.text).not.toMatch(/(Deployment|Service): \((create|update|replace)/);
      await shop.succeed("up", "--skip-preview");
      expect((await followed.readBack())?.serving).toEqual({ blue: 100 - share, green: share });
      const after = await load.mark(`with a share of ${share} %`);
      const { v1, v2 } = await unharmedSince(after, 200);
      const [old, candidate] = [v1?.requests ?? 0, v2?.requests ?? 0];
      const expected = (share / 100) * (old + candidate);
      expect(Math.abs(candidate - expected)).toBeLessThanOrEqual(0.12 * (old + candidate));
      expect(old === 0).toBe(share === 100);
    }
    await unharmedSince(start);
  });

  it("go back by the command before the engine is asked, from a share too", async () => {
    await project.set({ live: "blue" });
    await shop.succeed("up", "--skip-preview");
    await project.set({ share: "25" });
    await shop.succeed("up", "--skip-preview");
    const status = await shop.greenlight("status");
    expect(status, status.said).toMatchObject({
      exitCode: 0,
      json: { serves: { environment: null, weights: { api: { blue: 75, green: 25 } } }, asked: { share: 25 } },
    });
    const start = await load.mark("before the way back");
    const back = await shop.greenlight("rollback", "--reason", "checkout fails");
    expect(back, back.said).toMatchObject({
      exitCode: 0,
      json: { to: { environment: "blue", version: "v1" }, stateInLine: true },
    });
    const after = await load.mark("after the way back");
    expect(Object.keys(await unharmedSince(after))).toEqual(["v1"]);
    await unharmedSince(start);
    expect((await project.run("preview", "--expect-no-changes")).exitCode).toBe(0);
  });

  it("are led by nobody else's weights: they are refused with what they are, and taken as the start after a refresh", async () => {
    const asked = { ...routeKind, namespace: shop.namespace, name: "shop-api" };
    const body = [
      { op: "replace", path: "/spec/rules/0/backendRefs/0/weight", value: 60 },
      { op: "replace", path: "/spec/rules/0/backendRefs/1/weight", value: 40 },
    ];
    await custom.patchNamespacedCustomObject({ ...asked, body, fieldManager: "somebody" });
    await project.set({ share: "10" });
    expect(await shop.refused()).toContain(
      "Somebody moved traffic: the HTTPRoute shop-api leads to blue 60 %, green 40 %, the last update left blue",
    );
    await shop.succeed("refresh", "--skip-preview");
    await shop.succeed("up", "--skip-preview");
    expect((await followed.readBack())?.serving).toEqual({ blue: 90, green: 10 });
  });
});
