import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../processes.ts";
import { Managed } from "../managed.ts";
import { ApiServer } from "./apiServer.ts";
import { asked, before, deployment, notReady, pod, replicaSet, selector, waiting } from "./objects.ts";

describe("the gate of what runs on Kubernetes", () => {
  let server: ApiServer;
  let gate: Managed;
  const inputs = (over: object = {}) => ({
    access: server.access,
    environment: "green",
    version: "v2",
    services: [
      {
        service: "api",
        deployment: "shop-api-green",
        selector: selector("green"),
        digest: asked,
        replicas: 2,
        template: "a",
      },
    ],
    deadlineMs: 20_000,
    ...over,
  });
  const soon = () => inputs({ deadlineMs: 300 });

  beforeEach(async () => {
    server = await ApiServer.start();
    gate = new Managed("greenlight:kubernetes:RolloutDone", "green-rollout");
    server.put("deployments", deployment());
    server.put("replicasets", replicaSet(1), replicaSet(2));
    server.put("pods", pod(0), pod(1));
  });
  afterEach(() => server.stop());

  it("passes when every pod is ready and its node says that it runs the asked digest, and is proof of health", async () => {
    const state = await gate.create(inputs());
    expect(state).toMatchObject({ running: { api: 2 }, incarnations: ["shop-api-green-2"], done: true });
    expect(state.proof).toMatchObject({ gate: "health", environment: "green", version: "v2", passed: true });
  });

  it("asks once for each kind and then follows it, however long it takes", async () => {
    server.put("pods", pod(1, notReady));
    const passed = gate.create(inputs());
    await server.watched("deployments", "replicasets", "pods");
    server.put("pods", pod(1, waiting("ContainerCreating")));
    server.put("pods", pod(1));
    await passed;
    expect(server.requests.toSorted()).toEqual([
      ...["list deployments", "list pods", "list replicasets"],
      ...["watch deployments", "watch pods", "watch replicasets"],
    ]);
  });

  it("is not passed by pods that were ready for a moment, before proxies had their time to hear of them", async () => {
    const passed = gate.create(inputs({ deadlineMs: 1_000, endpointDelayMs: 60_000 }));
    await server.watched("deployments", "replicasets", "pods");
    server.put("pods", pod(1, waiting("ImagePullBackOff", "no such manifest")));
    await expect(passed).rejects.toThrow("1 of 2 pods are ready");
  });

  it("is not passed by pods that were ready for a moment when its patience ended", async () => {
    const passed = gate.create(inputs({ deadlineMs: 1, endpointDelayMs: 60_000 }));
    await server.watched("deployments", "replicasets", "pods");
    server.put("pods", pod(1, notReady));
    await expect(passed).rejects.toThrow("1 of 2 pods are ready");
  });

  it("is not passed by what it saw before the API server fell silent", async () => {
    const passed = gate.create(inputs({ deadlineMs: 500, endpointDelayMs: 5_000 }));
    await server.watched("deployments", "replicasets", "pods");
    server.refuse(503);
    server.cut();
    await expect(passed).rejects.toThrow(/The cluster did not tell what green runs: Service Unavailable/);
  });

  it("does not count pods that have ended and were replaced, as after an eviction", async () => {
    server.put("pods", pod(2, { phase: "Failed", reason: "Evicted", conditions: [], containerStatuses: [] }));
    expect(await gate.create(inputs())).toMatchObject({ running: { api: 2 }, done: true });
  });

  it("goes on when the API server's connections break in the middle", async () => {
    server.put("pods", pod(1, notReady));
    const passed = gate.create(inputs());
    await server.watched("deployments", "replicasets", "pods");
    server.cut();
    server.put("pods", pod(1));
    expect((await passed).done).toBe(true);
  });

  it.each([
    ["another digest", pod(1, {}, { digest: before }), `green-1 runs registry.example/api@${before}`],
    ["no digest at all", pod(1, {}, { digest: "" }), "green-1 runs what its node does not tell"],
  ])("refuses a ready pod that runs %s", async (_, strange, says) => {
    server.put("pods", strange);
    await expect(gate.create(inputs())).rejects.toThrow(says);
  });

  it("does not count pods of an earlier template, nor one that is going", async () => {
    server.put("pods", pod(1, {}, { revision: 1 }));
    await expect(gate.create(soon())).rejects.toThrow("1 of 2 pods are ready");
  });

  it("does not take the Deployment's word from before the change", async () => {
    server.put("deployments", deployment({ observedGeneration: 1 }));
    await expect(gate.create(soon())).rejects.toThrow("has not seen the change yet");
  });

  describe("of a Deployment that states its pods", () => {
    const template = (image: string) => ({ spec: { containers: [{ name: "api", image }] } });
    const stated = (status: object = {}) => ({
      ...deployment(status),
      spec: { replicas: 2, template: template("new") },
    });
    const made = (revision: number, image: string) => ({
      ...replicaSet(revision),
      spec: { template: template(image) },
    });

    it("waits while the old pods are scaled by the same change, before the new ones are made", async () => {
      // The controller has seen the change, scaled, and not come to the template yet: its newest set is still the old one.
      const scaled = stated();
      scaled.metadata.annotations = { "deployment.kubernetes.io/revision": "1" };
      server.put("deployments", scaled);
      server.put("replicasets", made(1, "old"), made(2, "other"));
      server.put("pods", pod(0, {}, { revision: 1, digest: before }), pod(1, {}, { revision: 1, digest: before }));
      const passed = gate.create(inputs());
      await server.watched("deployments", "replicasets", "pods");
      server.put("replicasets", made(2, "new"));
      server.put("deployments", stated());
      server.put("pods", pod(0), pod(1));
      expect((await passed).done).toBe(true);
    });

    it("knows its set again that was listed, when only the Deployment is told of later", async () => {
      server.put("deployments", stated({ observedGeneration: 1 }));
      server.put("replicasets", made(2, "new"));
      const passed = gate.create(inputs());
      await server.watched("deployments", "replicasets", "pods");
      server.put("deployments", stated());
      expect((await passed).done).toBe(true);
    });
  });

  describe("of pods that no waiting helps", () => {
    const noImage = () => pod(1, waiting("ImagePullBackOff", "no such manifest"));
    const failed = { lastState: { terminated: { exitCode: 3, reason: "Error" } } };
    const crashing = () => pod(1, waiting("CrashLoopBackOff", undefined, failed));
    const late = { conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }] };

    /** How the gate ended, of which the last is told when it looks already. */
    const ended = async (last: () => void) => {
      server.put("pods", pod(1, notReady));
      const passed = gate.create(inputs());
      const end = passed.then(
        () => "passed",
        (error: Error) => error.message,
      );
      await server.watched("deployments", "replicasets", "pods");
      last();
      return end;
    };

    it("ends early and says why when an image cannot be pulled", async () => {
      expect(await ended(() => server.put("pods", noImage()))).toContain(
        "green-1: its image cannot be pulled: no such manifest",
      );
      expect(gate.told.join()).toContain("its image cannot be pulled");
    });

    it("ends early with the last lines of a container that ends again and again", async () => {
      server.logs["green-1"] = "reading settings\nDATABASE_URL is missing\n";
      expect(await ended(() => server.put("pods", crashing()))).toMatch(
        /ends again and again \(it ended with exit code 3\)[\s\S]*DATABASE_URL is missing/,
      );
    });

    it("ends early when the Deployment says that it makes no progress any more", async () => {
      expect(await ended(() => server.put("deployments", deployment(late)))).toContain("1 of 2 pods are ready");
    });

    it.each([
      ["an image that could not be pulled", () => server.put("pods", noImage())],
      ["a container that ended again and again", () => server.put("pods", crashing())],
      [
        "no progress",
        () => {
          server.put("deployments", deployment(late));
          server.put("pods", pod(1, notReady));
        },
      ],
    ])("gives what was so when it began the time to be tried again: %s", async (_, was) => {
      was();
      const passed = gate.create(inputs());
      await server.watched("deployments", "replicasets", "pods");
      server.put("deployments", deployment());
      server.put("pods", pod(1));
      expect((await passed).done).toBe(true);
    });

    it("ends early when what was tried again failed again", async () => {
      server.put("pods", noImage());
      const passed = gate.create(inputs());
      await server.watched("deployments", "replicasets", "pods");
      server.put("pods", pod(1, waiting("ErrImagePull", "no such manifest")));
      server.put("pods", noImage());
      await expect(passed).rejects.toThrow("its image cannot be pulled");
    });
  });

  it("waits for a node, and says so when none came", async () => {
    const pending = { conditions: [{ type: "PodScheduled", status: "False", message: "0/3 nodes: insufficient cpu" }] };
    server.put("pods", pod(1, pending));
    await expect(gate.create(soon())).rejects.toThrow("no node takes it: 0/3 nodes: insufficient cpu");
  });

  it("says what the API server said where pods are refused, as by a quota", async () => {
    const conditions = [{ type: "ReplicaFailure", status: "True", message: "exceeded quota: pods" }];
    server.put("deployments", deployment({ conditions }));
    server.remove("pods", "green-1");
    await expect(gate.create(soon())).rejects.toThrow("pods were refused: exceeded quota: pods");
  });

  it("does not mind an API server that has just started, and refuses for a moment what it will allow", async () => {
    server.refuse(403);
    const passed = gate.create(inputs());
    await eventually("a request that is refused", async () => server.requests.length > 0 || undefined);
    server.refuse(undefined);
    expect((await passed).done).toBe(true);
  });

  it("says which right is missing, within seconds", async () => {
    server.refuse(403);
    await expect(gate.create(inputs())).rejects.toThrow(/is forbidden: no right \(403\)[\s\S]*docs\/kubernetes\.md/);
  });

  it("is refused a context that the kubeconfig does not have", async () => {
    const access = { ...server.access, context: "production" };
    await expect(gate.create(inputs({ access }))).rejects.toThrow("has no context production; it has it");
  });

  it("runs again when a refresh finds that something else runs", async () => {
    await gate.create(inputs());
    server.put("pods", pod(1, {}, { digest: before }));
    expect(await gate.refresh()).toMatchObject({ done: false, running: { api: 1 } });
    expect(await gate.differs()).toBe(true);
  });

  describe("of a side that lets pods go", () => {
    const fewer = (over: object = {}) => {
      const [service] = inputs().services;
      return inputs({ deadlineMs: 300, services: [{ ...service, replicas: 1, ...over }] });
    };
    const dead = waiting("CrashLoopBackOff", "back-off");

    it("is passed by what had passed, also where its pods cannot be ready any more: users go back from it", async () => {
      const { proof, incarnations } = await gate.create(inputs());
      server.put("pods", pod(0, dead), pod(1, dead));
      expect(await gate.update(fewer())).toMatchObject({ done: true, running: { api: 0 }, proof, incarnations });
      expect(await gate.differs()).toBe(false);
    });

    it("asks again for more pods, for another template beside it, and after a refresh that found something else", async () => {
      await gate.create(inputs());
      server.put("pods", pod(1, dead));
      await expect(gate.update(fewer({ replicas: 3 }))).rejects.toThrow("1 of 3 pods are ready");
      await expect(gate.update(fewer({ template: "b" }))).rejects.toThrow("1 of 2 pods are ready");
      await gate.refresh();
      await expect(gate.update(fewer())).rejects.toThrow("1 of 2 pods are ready");
    });
  });

  it("runs again for another template, and not for another patience", async () => {
    await gate.create(inputs());
    expect(await gate.differs(inputs({ deadlineMs: 1 }))).toBe(false);
    const [service] = inputs().services;
    expect(await gate.differs(inputs({ services: [{ ...service, template: "b" }] }))).toBe(true);
  });
});
