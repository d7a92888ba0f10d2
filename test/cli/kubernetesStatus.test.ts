import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "../../cli/context.ts";
import { kubernetesStatusText, readKubernetesStatus } from "../../cli/status/kubernetesStatus.ts";
import { readSettings } from "../../config.ts";
import { config } from "../components/aws/shop.ts";
import { settings } from "../components/kubernetes/shop.ts";
import { ApiServer } from "../provider/kubernetes/apiServer.ts";
import {
  asked,
  backends,
  deployment,
  live,
  pod,
  route,
  selector,
  slice,
  sliceOf,
  waiting,
} from "../provider/kubernetes/objects.ts";

const context = { project: "/project", projectName: "shop", stack: "prod" } as unknown as Context;
const blue = (at: number, status: object = {}) => pod(at, status, { environment: "blue" });
const blueDeployment = (status: object = {}) => ({
  ...deployment(status),
  metadata: { name: "shop-api-blue", labels: selector("blue") },
});

describe("the status of a stack on Kubernetes", () => {
  let server: ApiServer;
  const read = ({ kubernetes = {}, ...changes }: { kubernetes?: object } & Record<string, unknown> = {}) => {
    const all = {
      ...settings,
      services: { api: { port: 8080 } },
      kubernetes: { ...settings.kubernetes, kubeconfig: server.kubeconfig, ...kubernetes },
      blue: "v1",
      ...changes,
    };
    return readKubernetesStatus(context, readSettings(config(all)), AbortSignal.timeout(20_000));
  };

  beforeEach(async () => {
    server = await ApiServer.start();
    server.put("deployments", deployment(), blueDeployment());
    server.put("pods", blue(0), blue(1), pod(0), pod(1));
    server.put("services", live("blue"));
    server.put("endpointslices", slice("blue-0", "blue-1"));
  });
  afterEach(() => server.stop());

  it("is well when every endpoint is a pod of the side that the settings ask for, and all that are wanted are ready", async () => {
    const status = await read();
    expect(status).toMatchObject({
      ok: true,
      reasons: [],
      serves: { environment: "blue", endpoints: { api: { blue: 2, green: 0, others: 0 } } },
      environments: { blue: { services: { api: { ready: 2, wanted: 2, digests: [asked], troubles: [] } } } },
      asked: { environment: "blue", version: "v1" },
    });
    const text = kubernetesStatusText(status);
    expect(text).toMatch(/^✓ blue image sha256:2{12} serves 100 % \(read back \d\d:\d\d:\d\d\)/);
    expect(text).toMatch(/green +image sha256:2{12}: api 2 of 2 pods ready, image sha256:2{12}\n/);
  });

  it("goes by the endpoints and not by the selector: is not well while some are of another side", async () => {
    server.put("endpointslices", slice("blue-0", "green-0", "nobody-0"));
    const status = await read();
    expect(status).toMatchObject({ ok: false, serves: { environment: null } });
    expect(status.reasons).toEqual([
      "The settings ask for blue v1; users are served api by blue (1 endpoints) and green (1 endpoints) and others (1 endpoints).",
    ]);
  });

  describe("whose pods share traffic", () => {
    const prometheus = { url: "https://prometheus.example", ingress: "istio" };
    const { "greenlight/environment": _, ...both } = selector("blue");
    const rolling = { kubernetes: { prometheus }, strategy: { kind: "rolling" }, green: "v2", share: "25" };
    beforeEach(() => {
      server.put("services", { ...live("blue"), spec: { selector: both } });
      server.put("deployments", { ...deployment(), spec: { replicas: 1 } });
      server.remove("pods", "green-1");
      server.put("endpointslices", slice("blue-0", "blue-1", "green-0"));
    });

    it("says the share that was asked and what the ready pods make of it", async () => {
      const status = await read(rolling);
      expect(status).toMatchObject({
        ok: true,
        reasons: [],
        serves: {
          environment: null,
          byPods: true,
          weights: { api: { blue: 67, green: 33 } },
          endpoints: { api: { blue: 2, green: 1, others: 0 } },
        },
        asked: { environment: "blue", share: 25 },
      });
      const text = kubernetesStatusText(status);
      expect(text).toMatch(/^✓ both sides serve: api by pods blue 67 %, green 33 % \(2 and 1 ready\) \(read back/);
      expect(text).toContain("asked      blue v1, and 25 % to the other side");
    });

    it("is not well where everything is asked of one side, a side has no pod that is ready, or somebody else's pods are among them", async () => {
      expect((await read({ ...rolling, share: "0" })).reasons).toEqual([
        "The settings ask for blue v1; users are served api by blue (2 endpoints) and green (1 endpoints).",
      ]);
      const waits = waiting("CrashLoopBackOff", "back-off");
      server.put("pods", pod(0, waits));
      server.put("endpointslices", slice("blue-0", "blue-1", { name: "green-0", ready: false }));
      const dead = await read(rolling);
      expect(dead).toMatchObject({
        ok: false,
        serves: { environment: null, weights: { api: { blue: 100, green: 0 } } },
      });
      expect(dead.reasons).toEqual([expect.stringContaining("0 of 1 pods of api in green are ready (green-0: ")]);
      server.put("pods", pod(0));
      server.put("endpointslices", slice("blue-0", "blue-1", "green-0", "old-0"));
      expect((await read(rolling)).reasons).toEqual([
        "The settings ask for blue v1, and 25 % to green v2; users are served api by blue (2 endpoints) and green (1 endpoints) and others (1 endpoints).",
      ]);
    });
  });

  it("is not when pods of the side that serves are not ready, with the reason, and does not mind the idle side's", async () => {
    const unpulled = waiting("ImagePullBackOff", "no such manifest");
    server.put("pods", blue(1, unpulled), pod(1, unpulled));
    server.put("endpointslices", slice("blue-0"));
    const status = await read();
    expect(status.reasons).toEqual([
      "1 of 2 pods of api in blue are ready (blue-1: its image cannot be pulled: no such manifest).",
    ]);
    expect(kubernetesStatusText(status)).toContain("green-1: its image cannot be pulled: no such manifest");
  });

  it("tells why pods are missing that were never made", async () => {
    const conditions = [{ type: "ReplicaFailure", status: "True", message: "exceeded quota: full" }];
    server.put("deployments", blueDeployment({ conditions }));
    server.remove("pods", "blue-1");
    server.put("endpointslices", slice("blue-0"));
    expect((await read()).reasons).toEqual([
      "1 of 2 pods of api in blue are ready (pods were refused: exceeded quota: full).",
    ]);
  });

  it("is not where nothing serves, and tells what is not deployed", async () => {
    for (const name of ["shop-api-blue", "shop-api-green"]) server.remove("deployments", name);
    server.remove("endpointslices", "shop-api-abc");
    const status = await read();
    expect(status.reasons).toEqual(["Nothing serves: users are led to no ready endpoint."]);
    expect(kubernetesStatusText(status)).toContain("blue       nothing is deployed");
  });

  it("is never well when the cluster does not say, with its reason", async () => {
    server.refuse(403);
    const status = await read();
    expect(status).toMatchObject({
      ok: false,
      serves: { environment: null, weights: null, endpoints: null },
      environments: null,
    });
    expect(status.reasons).toEqual([expect.stringMatching(/did not tell what serves: .*forbidden: no right \(403\)/)]);
    expect(kubernetesStatusText(status)).toMatch(/^✗ what serves is not known/);
  });

  describe("behind a Gateway", () => {
    const gateway = { gateway: { name: "public" }, services: { api: { hosts: ["shop.example"] } } };
    const routed = (share = 0) =>
      read({ kubernetes: gateway, green: "v2", ...(share === 0 ? {} : { share: `${share}` }) });
    beforeEach(() => {
      server.remove("services", "shop-api");
      server.put(
        "endpointslices",
        sliceOf(backends.blue, "blue-0", "blue-1"),
        sliceOf(backends.green, "green-0", "green-1"),
      );
      server.put("httproutes", route(100, 0));
    });

    it("is well when the route gives everything to the side that the settings ask for", async () => {
      expect(await routed()).toMatchObject({
        ok: true,
        serves: {
          environment: "blue",
          weights: { api: { blue: 100, green: 0 } },
          endpoints: { api: { blue: 2, green: 0, others: 0 } },
        },
      });
    });

    it("is well while traffic is shared as the settings ask, and says the shares", async () => {
      server.put("httproutes", route(90, 10));
      const status = await routed(10);
      expect(status).toMatchObject({
        ok: true,
        serves: { environment: null, weights: { api: { blue: 90, green: 10 } } },
      });
      expect(kubernetesStatusText(status)).toMatch(/^✓ no environment has all traffic: api blue 90 %, green 10 %/);
      expect((await routed(50)).reasons).toEqual([
        expect.stringContaining("The settings ask for blue v1, and 50 % to green v2; users are served api by blue"),
      ]);
    });

    it("is not while the Gateway goes by what the route was, or refuses it", async () => {
      server.put("httproutes", route(100, 0, { generation: 3, seen: 2 }));
      expect((await routed()).reasons[0]).toMatch(
        /^The Gateway public has not taken up the HTTPRoute shop-api as it is/,
      );
      server.put("httproutes", route(100, 0, { accepted: "False" }));
      expect((await routed()).reasons[0]).toContain("Accepted is False");
    });

    it("is not where nobody knows what the route shares", async () => {
      server.put("httproutes", route(999, 1));
      const status = await routed();
      expect(status).toMatchObject({ ok: false, serves: { environment: null, weights: { api: null } } });
      expect(status.reasons[0]).toContain("and the HTTPRoute shop-api leads elsewhere");
    });
  });
});
