import { AppsV1Api, CoreV1Api } from "@kubernetes/client-node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LoadGenerator, Mark } from "../../rehearsal/load/client.ts";
import type { Follower } from "../../tools/kubernetes/follower.ts";
import { eventually } from "../processes.ts";
import { FollowedShop, unharmedSince as unharmed } from "./followedShop.ts";
import type { KubernetesShop } from "./kubernetesShop.ts";
import type { Project } from "./project.ts";

// The real engine and a real control plane whose pods are processes of this machine: users' requests go to them as the API says, as late
// as a cluster's proxies do, and each once.

let followed: FollowedShop;
let shop: KubernetesShop;
let project: Project;
let follower: Follower;
let load: LoadGenerator;
let core: CoreV1Api;
let apps: AppsV1Api;
const unharmedSince = (mark: Mark) => unharmed(load, mark);

beforeAll(async () => {
  followed = await FollowedShop.open({ versions: ["v1", "v2", "v3"], unknown: ["nowhere"], routed: false, lagMs: 300 });
  ({ shop, follower } = followed);
  ({ project } = shop);
  core = followed.config.makeApiClient(CoreV1Api);
  apps = followed.config.makeApiClient(AppsV1Api);
  await project.set({ green: "v2" });
  await shop.succeed("up", "--skip-preview");
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

describe.sequential("users of a stack on Kubernetes, whose requests follow the API late", () => {
  it("lose no request through switches back and forth, and are answered by the new side alone once it is read back", async () => {
    const lastOldAnswers: number[] = [];
    for (const [to, version, old] of [
      ["green", "v2", "v1"],
      ["blue", "v1", "v2"],
      ["green", "v2", "v1"],
      ["blue", "v1", "v2"],
    ] as const) {
      const before = await load.mark(`before the switch to ${to}`);
      const known = follower.applied.length;
      await project.set({ live: to });
      await shop.succeed("up", "--skip-preview");
      const byVersion = await unharmedSince(before);
      const told = follower.applied.slice(known).find(({ service }) => service === "shop-api");
      const readAt = Date.parse(String((await followed.readBack())?.readAt));
      const last = byVersion[old]?.lastAnswerAt ?? Number.NaN;
      // Requests did follow late, or nothing was shown.
      expect(last).toBeGreaterThan(told?.seenAt ?? Number.NaN);
      expect(byVersion[old]?.lastSentAt).toBeLessThan(readAt);
      lastOldAnswers.push(Math.round(last - (told?.seenAt ?? Number.NaN)));
      const after = await load.mark(`after the switch to ${to}`);
      expect(Object.keys(await unharmedSince(after))).toEqual([version]);
    }
    const { total, endedBy } = await load.stop();
    console.log(
      `${total.requests} requests, none failed; the old side's last answers came ${lastOldAnswers.join(", ")} ms after the API told`,
    );
    expect(endedBy).toBe("stop");
    expect(total).toMatchObject({ failed: 0 });
    expect(total.requests).toBeGreaterThan(400);
  });

  it("stay where they are while a candidate's image cannot be pulled, and that is said", async () => {
    const before = await load.mark("before the candidate");
    await project.set({ green: "nowhere" });
    expect(await shop.refused()).toMatch(/green does not run nowhere: .*its image cannot be pulled: .*not found/);
    expect(Object.keys(await unharmedSince(before))).toEqual(["v1"]);
    await project.set({ green: "v2" });
    await shop.succeed("up", "--skip-preview");
  });

  it("stay where they are while a quota has no room for a candidate, and that is said", async () => {
    const before = await load.mark("before the candidate");
    await shop.kubectl("create", "quota", "full", "--hard=pods=4");
    await shop.kubectl("wait", "--for=jsonpath={.status.used.pods}=4", "quota/full", "--timeout=60s");
    await project.set({ green: "v3" });
    expect(await shop.refused()).toMatch(/green does not run v3: .*pods were refused: .*exceeded quota: full/);
    await shop.kubectl("delete", "quota", "full");
    expect(Object.keys(await unharmedSince(before))).toEqual(["v1"]);
    await project.set({ green: "v2" });
    await shop.succeed("up", "--skip-preview");
  });

  it("lose no request when the API server is gone in the middle of a switch, which ends well once it is back", async () => {
    const before = await load.mark("before the switch");
    await project.set({ live: "green" });
    const switching = project.run("up", "--skip-preview");
    await eventually("the live Service to be written", async () => (await leadsToGreen()) || undefined);
    await shop.cluster.killApiServer();
    await shop.cluster.startApiServer();
    const ran = await switching;
    expect(ran.exitCode, ran.text).toBe(0);
    await unharmedSince(before);
    const after = await load.mark("after the switch");
    expect(Object.keys(await unharmedSince(after))).toEqual(["v2"]);
  });

  it("lose no request when all nodes of the side that serves are drained at once: its budget keeps a pod of two", async () => {
    const before = await load.mark("before the drain");
    const nodes = await nodesOfGreen();
    const known = follower.applied.length;
    const drained = nodes.map((node) =>
      shop.kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=200s"),
    );
    await Promise.all(drained);
    const ready = follower.applied.slice(known).flatMap(({ service, state }) => {
      return service === "shop-api" ? [state.ports.blue.length] : [];
    });
    expect(ready.length).toBeGreaterThan(1);
    expect(Math.min(...ready)).toBeGreaterThanOrEqual(1);
    expect((await nodesOfGreen()).filter((node) => nodes.includes(node))).toEqual([]);
    expect(Object.keys(await unharmedSince(before))).toEqual(["v2"]);
    for (const node of nodes) await shop.kubectl("uncordon", node);
  });

  it("lose no request when the side that serves has grown by its load: the new one is raised to its size before it gets them", async () => {
    const { kubernetes } = project.config as { kubernetes: { services: { api: object } } };
    const api = { ...kubernetes.services.api, scaling: { most: 5 } };
    await project.set({ live: "green", kubernetes: { ...kubernetes, services: { api } } });
    await shop.succeed("up", "--skip-preview");
    const grown = JSON.stringify({ spec: { minReplicas: 4 } });
    await shop.kubectl("patch", "hpa", "shop-api-green", "--patch", grown, "--field-manager=load");
    await eventually("four pods of green", async () => (await readyPods("green")) === 4 || undefined);

    await project.set({ blue: "v3" });
    await shop.succeed("up", "--skip-preview");
    expect([await readyPods("blue"), await readyPods("green")]).toEqual([2, 4]);
    await shop.succeed("refresh", "--skip-preview");
    const settled = await project.run("preview", "--expect-no-changes");
    expect(settled.exitCode, settled.text).toBe(0);

    const before = await load.mark("before the switch");
    await project.set({ live: "blue" });
    const ran = await shop.succeed("up", "--skip-preview");
    expect(ran.text).toContain("shop-api-blue keeps at least 4 pods now, 2 before");
    expect(ran.text).toContain("blue has 4 ready pods of api");
    await unharmedSince(before);
    const after = await load.mark("after the switch");
    expect(Object.keys(await unharmedSince(after))).toEqual(["v3"]);
    expect([await readyPods("blue"), await readyPods("green")]).toEqual([4, 4]);
    const again = await project.run("preview", "--expect-no-changes");
    expect(again.exitCode, again.text).toBe(0);
  });
});

async function readyPods(environment: string): Promise<number | undefined> {
  const { status } = await apps.readNamespacedDeployment({
    namespace: shop.namespace,
    name: `shop-api-${environment}`,
  });
  return status?.readyReplicas;
}

async function leadsToGreen(): Promise<boolean> {
  const { spec } = await core.readNamespacedService({ namespace: shop.namespace, name: "shop-api" });
  return spec?.selector?.["greenlight/environment"] === "green";
}

/** Nodes of the pods of green that are not on their way out. */
async function nodesOfGreen(): Promise<string[]> {
  const labelSelector = "greenlight/environment=green";
  const { items } = await core.listNamespacedPod({ namespace: shop.namespace, labelSelector });
  const staying = items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  return [...new Set(staying.map(({ spec }) => spec?.nodeName ?? ""))];
}
