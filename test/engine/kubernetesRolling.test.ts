import type { V1Service } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharesByPods } from "../../provider/kubernetes/readyEndpoints.ts";
import type { LoadGenerator } from "../../rehearsal/load/client.ts";
import { type EnvironmentName, weightsFor } from "../../release/environment.ts";
import { eventually } from "../processes.ts";
import { bySettings, rolls, type StrategyStack } from "../strategies/suite.ts";
import { FollowedShop } from "./followedShop.ts";

// The real engine and a real control plane without a Gateway: while traffic is shared, one Service leads to the pods of both sides, which
// are processes of this machine. Users' requests go to those that the EndpointSlices say are ready, 300 ms late, and each once.

const wanted = 2;
const queries = {
  requests: 'requests{service="$service-$environment"}[$window]',
  errors: 'errors{service="$service-$environment"}[$window]',
  p95: 'p95{service="$service-$environment"}[$window]',
};
let followed: FollowedShop;
let stack: StrategyStack;
let load: LoadGenerator;
/** How many changes requests had gone by before anything was rolled. */
let known: number;

const environmentLabel = "greenlight/environment";

/** Ready endpoints of the live Service by side. */
async function endpoints(): Promise<Record<EnvironmentName, number>> {
  const { items } = await followed.shop.get<{
    items: { endpoints?: { conditions: { ready?: boolean }; targetRef: { name: string } }[] }[];
  }>("endpointslices", "-l", "kubernetes.io/service-name=shop-api");
  const names = items
    .flatMap((it) => it.endpoints ?? [])
    .filter(({ conditions }) => conditions.ready === true)
    .map(({ targetRef }) => targetRef.name);
  const of = (side: EnvironmentName) => names.filter((name) => name.startsWith(`shop-api-${side}-`)).length;
  return { blue: of("blue"), green: of("green") };
}

/** Shares as the selector and the pods behind it make them. */
async function weights() {
  const { spec } = await followed.shop.get<V1Service>("service", "shop-api");
  const side = spec?.selector?.[environmentLabel] as EnvironmentName | undefined;
  return side === undefined ? sharesByPods(await endpoints()) : weightsFor(side);
}

beforeAll(async () => {
  followed = await FollowedShop.open({
    versions: ["v1", "v2"],
    unknown: ["v3"],
    routed: false,
    lagMs: 300,
    settings: { strategy: { kind: "rolling", rolling: { surge: 1 } } },
    // Nobody is asked what both sides answer: they move by hand.
    kubernetes: { prometheus: { url: "http://127.0.0.1:9", ingress: "own", queries } },
  });
  const { shop, follower } = followed;
  const { project } = shop;
  await project.set({ green: "v2" });
  await shop.succeed("up", "--skip-preview");
  stack = {
    address: followed.address,
    greenlight: (...args) => shop.greenlight(...args),
    ...bySettings(project, () => shop.succeed("up", "--skip-preview")),
    weights,
    instances: () => followed.instances(),
  };
  known = follower.applied.length;
  load = await followed.users(1_200);
});
afterAll(async () => {
  await load?.[Symbol.asyncDispose]();
  await followed?.close();
});

describe.sequential("on Kubernetes a stack whose pods share users' requests", () => {
  rolls(() => stack);

  it("says what share was asked, and which pods make what of it; users are answered by those", async () => {
    const { exitCode, said } = await stack.greenlight("switch", "green", "--share", "10");
    expect(exitCode, said).toBe(0);
    expect(said).toContain("green gets 10 % of users' requests");
    expect(said).toContain("asked blue 90 %, green 10 %; by pods blue 67 %, green 33 % (2 and 1 ready)");
    expect(await stack.weights()).toEqual({ blue: 67, green: 33 });
    const status = await followed.shop.greenlight("status");
    expect(status.exitCode, status.said).toBe(0);
    expect(status.json).toMatchObject({
      ok: true,
      serves: { environment: null, byPods: true, weights: { api: { blue: 67, green: 33 } } },
      asked: { environment: "blue", share: 10 },
    });
    const mark = await load.mark("a share of 10 %");
    const { v1, v2 } = await eventually("150 answers", async () => {
      const { total, byVersion } = await load.since(mark);
      return total.requests >= 150 ? byVersion : undefined;
    });
    const share = (v2?.requests ?? 0) / ((v1?.requests ?? 0) + (v2?.requests ?? 0));
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.5);
  });

  it("changes no version that users are led to, whatever share it is left with", async () => {
    // The command wrote it into the stack file, which is written anew here.
    await followed.shop.project.set({ share: "10" });
    expect(await stack.refused({ green: "v3" })).toContain(
      "v3 would be deployed to green and get 10 % of users' traffic in one update.",
    );
    expect(await stack.refused({ green: "v3", share: undefined })).toContain(
      "green takes users' traffic with v2, though the last update named blue live, and would be changed to v3 while it serves.",
    );
  });

  it("goes back at once where somebody gave the old side its pods by hand, as who has no engine does", async () => {
    const { shop } = followed;
    const halfway = await stack.greenlight("switch", "green", "--share", "50");
    expect(halfway.exitCode, halfway.said).toBe(0);
    expect(await stack.instances()).toEqual({ blue: 1, green: 1 });
    await shop.kubectl("scale", "deployment", "shop-api-blue", "--replicas", String(wanted));
    await shop.kubectl("rollout", "status", "deployment", "shop-api-blue", "--timeout", "60s");
    const { exitCode, json, said } = await shop.greenlight("rollback", "--reason", "too slow");
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({ ok: true, stateInLine: false, serving: { environment: "blue", version: "v1" } });
    expect(said).toContain("the Service shop-api is written: it leads to blue");
    expect(await stack.weights()).toEqual({ blue: 100, green: 0 });
    // To Pulumi's state blue has the pods of its share still.
    await stack.set({ strategy: { kind: "blue-green" }, share: undefined });
    expect(await stack.weights()).toEqual({ blue: 100, green: 0 });
    expect(await stack.instances()).toEqual({ blue: 2, green: 2 });
  });

  it("had no fewer ready pods behind the Service than are wanted at any time, and failed no request", async () => {
    const states = followed.follower.applied.slice(known).filter(({ service }) => service === "shop-api");
    const behind = states.map(({ state }) => state.ports.blue.length);
    expect(Math.min(...behind)).toBe(wanted);
    expect(Math.max(...behind)).toBe(wanted + 1);
    const { total, endedBy } = await load.stop();
    console.log(`${total.requests} requests, ${total.failed} failed; pods behind the Service: ${behind.join(", ")}`);
    expect(endedBy).toBe("stop");
    expect(total).toMatchObject({ failed: 0 });
    expect(total.requests).toBeGreaterThan(400);
  });
});
