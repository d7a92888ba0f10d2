import { existsSync } from "node:fs";
import { join } from "node:path";
import { AppsV1Api, CoreV1Api, CustomObjectsApi, type V1Deployment } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../tools/freePort.ts";
import { routingOf, weighedRoute } from "../../../tools/kubernetes/follower/receivers.ts";
import { Follower } from "../../../tools/kubernetes/follower.ts";
import { ensureToolchain } from "../../../tools/toolchain.ts";
import { eventually, processes } from "../../processes.ts";
import { buildTimeoutMs, World } from "./world.ts";

const namespace = "shop";
const pattern = { type: "RegularExpression", name: "x-environment", value: "blue" };
const program = `
const http = require("node:http");
const broken = process.env.SIDE === "broken";
console.log("this is " + process.env.SIDE);
if (broken) process.exit(3);
const server = http.createServer((_, answer) => answer.end(process.env.SIDE));
server.listen(Number(process.env.PORT), process.env.HOST);
process.on("SIGTERM", () => server.close());
`;
const images = (image: string) => {
  if (image.startsWith("example.invalid/shell@")) return { command: ["/bin/sh"] as const };
  return image.startsWith("example.invalid/api@") ? { command: [process.execPath, "-e", program] as const } : undefined;
};

let world: World;
let follower: Follower;
let ports: { api: number; canary: number };
let apps: AppsV1Api;
let core: CoreV1Api;

beforeAll(async () => {
  const { envoy } = await ensureToolchain({ want: ["envoy"] });
  world = await World.start({ pods: "left" });
  apps = world.admin.makeApiClient(AppsV1Api);
  core = world.admin.makeApiClient(CoreV1Api);
  for (const side of ["blue", "green"]) {
    await apps.createNamespacedDeployment({ namespace, body: deployment(side) });
    await serve(side, side);
  }
  await serve("api", "blue");
  const custom = world.admin.makeApiClient(CustomObjectsApi);
  await custom.createNamespacedCustomObject({ ...routes, body: route(100, 0) });
  ports = { api: await freePort(), canary: await freePort() };
  follower = await Follower.start({
    config: world.admin,
    namespace,
    images,
    envoy: envoy.path,
    folder: join(world.folder, "envoys"),
    kubelet: world.cluster.kubelet,
    services: [
      { name: "api", port: ports.api },
      { name: "canary", port: ports.canary, route: "canary", backends: ["blue", "green"] },
    ],
  });
  await ready("blue");
  await ready("green");
}, buildTimeoutMs);
afterAll(async () => {
  await follower?.stop();
  await world?.stop();
});

describe("the follower of a cluster", () => {
  it("runs a process for each pod, which is ready when its probe says so", async () => {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: "side=blue" });
    expect(items).toHaveLength(2);
    for (const { metadata, status } of items) {
      expect(status?.containerStatuses?.[0]).toMatchObject({ ready: true, imageID: image, restartCount: 0 });
      expect(follower.pods.pids.get(metadata?.name ?? "")).toBeGreaterThan(0);
    }
  });

  it("gives the API what a process wrote", async () => {
    expect(await world.kubectl("logs", "-n", namespace, "deployment/green")).toBe("this is green");
  });

  describe("with a pod whose own container comes after another", () => {
    const shell = `example.invalid/shell@sha256:${"b".repeat(64)}`;
    const mounts = { volumeMounts: [{ name: "both", mountPath: "/both" }], env: [{ name: "BOTH", value: "/both" }] };
    const run = async (name: string, first: string) => {
      const container = (it: string, script: string) => ({
        ...{ name: it, image: shell, command: ["/bin/sh", "-c", script] },
        ...mounts,
      });
      const body = {
        metadata: { name },
        spec: {
          restartPolicy: "Never",
          volumes: [{ name: "both", emptyDir: {} }],
          initContainers: [container("first", first)],
          containers: [container("then", 'cat "$BOTH/left"')],
        },
      };
      await core.createNamespacedPod({ namespace, body });
      return await eventually(`the end of ${name}`, async () => {
        const { status } = await core.readNamespacedPod({ namespace, name });
        return /Succeeded|Failed/.test(status?.phase ?? "") ? status : undefined;
      });
    };

    it("runs them one after the other, with a folder that both have and nobody after them", async () => {
      const status = await run("after-another", 'echo from the first > "$BOTH/left"; echo "$BOTH"');
      expect(status?.phase).toBe("Succeeded");
      expect(await world.kubectl("logs", "-n", namespace, "after-another")).toBe("from the first");
      const folder = await world.kubectl("logs", "-n", namespace, "after-another", "-c", "first");
      expect(existsSync(folder)).toBe(true);
      await core.deleteNamespacedPod({ namespace, name: "after-another" });
      await eventually("the folder to go", async () => (existsSync(folder) ? undefined : true));
    });

    it("never begins it where the other ends badly, and says which one did", async () => {
      const status = await run("after-a-failure", "echo no luck; exit 7");
      expect(status?.phase).toBe("Failed");
      expect(status?.initContainerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 7, reason: "Error" });
      expect(status?.containerStatuses?.[0]?.state).toMatchObject({ waiting: { reason: "PodInitializing" } });
      expect(await world.kubectl("logs", "-n", namespace, "after-a-failure", "-c", "first")).toBe("no luck");
    });
  });

  it("sends users where the Service's selector says, from one request to the next, and loses none", async () => {
    await reached(ports.api, "blue");
    const load = underLoad(ports.api);
    await world.kubectl("patch", "svc", "api", "-n", namespace, "-p", '{"spec":{"selector":{"side":"green"}}}');
    // Requests that were sent before the change may still be answered by blue.
    await eventually("an answer of green to the load", async () => load.answers.get("green"));
    const answers = await load.stop();
    expect(answers.get("failed")).toBeUndefined();
    expect([...answers.keys()].sort()).toEqual(["blue", "green"]);
  });

  it("is as late as it is told to be", async () => {
    follower.delayMs = 1_500;
    const askedAt = Date.now();
    await world.kubectl("patch", "svc", "api", "-n", namespace, "-p", '{"spec":{"selector":{"side":"blue"}}}');
    // While an Envoy takes up the change before this one, an answer of blue may be that one's.
    const applied = await eventually("the change", async () =>
      follower.applied.find(({ service, seenAt }) => service === "api" && seenAt >= askedAt),
    );
    follower.delayMs = 0;
    expect(applied.appliedAt - applied.seenAt).toBeGreaterThanOrEqual(1_490);
    await reached(ports.api, "blue");
  });

  it("sends shares where an HTTPRoute says", async () => {
    await reached(ports.canary, "blue");
    await world.kubectl("patch", "httproute", "canary", "-n", namespace, "--type=json", "-p", weightOf(0, 50));
    await world.kubectl("patch", "httproute", "canary", "-n", namespace, "--type=json", "-p", weightOf(1, 50));
    await reached(ports.canary, "green");
    const answers = await answersOf(ports.canary, 200);
    expect(answers.get("blue")).toBeGreaterThan(60);
    expect(answers.get("green")).toBeGreaterThan(60);
  });

  it("sends a request with a header where a rule of the route says, whatever the weights, and adds headers that a backend's answers are to get", async () => {
    const custom = world.admin.makeApiClient(CustomObjectsApi);
    const rules = (asked: readonly object[]) => [...route(100, 0).spec.rules, ...asked];
    const lead = async (asked: readonly object[]) => {
      const patch = JSON.stringify([{ op: "replace", path: "/spec/rules", value: rules(asked) }]);
      await world.kubectl("patch", "httproute", "canary", "-n", namespace, "--type=json", "-p", patch);
    };
    await lead([testersRule("blue", "blue"), testersRule("green", "green")]);
    await reached(ports.canary, "green", { "x-environment": "green" });
    for (const side of ["blue", "green"]) {
      expect(await answersOf(ports.canary, 20, { "X-Environment": side })).toEqual(new Map([[side, 20]]));
    }
    for (const headers of [{}, { "x-environment": "Green" }, { "x-other": "green" }]) {
      expect(await answersOf(ports.canary, 20, headers)).toEqual(new Map([["blue", 20]]));
    }
    const cookie = { name: "Set-Cookie", value: "side=blue" };
    const adds = { type: "ResponseHeaderModifier", responseHeaderModifier: { add: [cookie] } };
    await lead([
      {
        matches: [{ headers: [{ type: "RegularExpression", name: "Cookie", value: "^(.*; )?side=green$" }] }],
        backendRefs: [{ name: "green", port: 80 }],
      },
    ]);
    await world.kubectl(
      "patch",
      "httproute",
      "canary",
      "-n",
      namespace,
      "--type=json",
      "-p",
      JSON.stringify([{ op: "add", path: "/spec/rules/0/backendRefs/0/filters", value: [adds] }]),
    );
    await eventually("a cookie of blue", async () =>
      (await cookiesOf(ports.canary)).join() === "side=blue" ? true : undefined,
    );
    expect(await answersOf(ports.canary, 20, { cookie: "theme=dark; side=green" })).toEqual(new Map([["green", 20]]));
    expect(await answersOf(ports.canary, 20, { cookie: "side=greener" })).toEqual(new Map([["blue", 20]]));
    await lead([testersRule("blue", "green")]);
    await eventually("a refusal of what is not played", async () => {
      const { metadata, status } = await custom.getNamespacedCustomObject({ ...routes, name: "canary" });
      const accepted = status?.parents?.[0]?.conditions.find(({ type }: { type: string }) => type === "Accepted");
      return accepted?.observedGeneration === metadata.generation && accepted.status === "False" ? true : undefined;
    });
    await lead([]);
    await reached(ports.canary, "blue", { "x-environment": "green" });
  });

  it("answers as a Gateway does: which generation of a route requests go by, and what it does not know", async () => {
    const custom = world.admin.makeApiClient(CustomObjectsApi);
    const conditions = () =>
      eventually("the conditions of the route as it is", async () => {
        const { metadata, status } = await custom.getNamespacedCustomObject({ ...routes, name: "canary" });
        const [told] = status?.parents ?? [];
        const current = told?.conditions.every(
          (it: { observedGeneration: number }) => it.observedGeneration === metadata.generation,
        );
        return current ? told : undefined;
      });
    expect(await conditions()).toMatchObject({
      parentRef: { name: "edge" },
      conditions: [
        { type: "Accepted", status: "True" },
        { type: "ResolvedRefs", status: "True" },
      ],
    });
    const renamed = JSON.stringify([{ op: "replace", path: "/spec/rules/0/backendRefs/0/name", value: "nobody" }]);
    await world.kubectl("patch", "httproute", "canary", "-n", namespace, "--type=json", "-p", renamed);
    expect((await conditions()).conditions[1]).toMatchObject({
      type: "ResolvedRefs",
      status: "False",
      message: "no Service nobody",
    });
    const back = JSON.stringify([{ op: "replace", path: "/spec/rules/0/backendRefs/0/name", value: "blue" }]);
    await world.kubectl("patch", "httproute", "canary", "-n", namespace, "--type=json", "-p", back);
  });

  it("cannot pull an image that it does not know", async () => {
    await apps.createNamespacedDeployment({ namespace, body: deployment("unknown", "example.invalid/other@sha256:1") });
    const state = await stateOf("unknown", ({ waiting }) => waiting?.reason === "ImagePullBackOff");
    expect(state.waiting).toMatchObject({
      message: expect.stringMatching(
        /^Back-off pulling .*: ErrImagePull: failed to pull image ".*other@sha256:1": not found$/,
      ),
    });
  });

  it("starts what ends again and again, each time later", async () => {
    await apps.createNamespacedDeployment({ namespace, body: deployment("broken") });
    const state = await stateOf("broken", ({ waiting }) => waiting?.reason === "CrashLoopBackOff");
    expect(state.waiting?.message).toContain("back-off");
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: "side=broken" });
    const name = items[0]?.metadata?.name ?? "";
    expect(await core.readNamespacedPodLog({ namespace, name, tailLines: 1 })).toContain("this is broken");
    const before = { namespace, name, previous: true, timestamps: true };
    const lines = await eventually("the lines of the run before", async () => {
      return await core.readNamespacedPodLog(before).catch(() => undefined);
    });
    expect(lines).toMatch(/^\d{4}-\d\d-\d\dT\S+Z this is broken$/m);
  });

  it("ends the processes of a Deployment that is scaled down, and none that is asked by users", async () => {
    await world.kubectl("scale", "deployment", "blue", "-n", namespace, "--replicas=1");
    const left = await eventually("one process", async () => {
      const { items } = await core.listNamespacedPod({ namespace, labelSelector: "side=blue" });
      return items.length === 1 ? items : undefined;
    });
    const blue = [...follower.pods.pids.keys()].filter((name) => name.startsWith("blue-"));
    expect(blue).toEqual(left.map(({ metadata }) => metadata?.name));
    await reached(ports.api, "blue");
  });

  it("leaves no process when it stops", async () => {
    const pids = [...follower.pods.pids.values()];
    expect(pids.length).toBeGreaterThan(2);
    await follower.stop();
    expect((await processes()).filter(({ pid }) => pids.includes(pid))).toEqual([]);
  });
});

describe("testers' rules of a route", () => {
  const sides = { blue: "blue", green: "green" };
  const asked = (...rules: object[]) => routingOf(weighedRoute({ metadata: {}, spec: { rules } } as object), sides);

  it("are those that ask for a side by one header's exact value", () => {
    const rules = [testersRule("blue", "blue"), testersRule("green", "green")];
    expect(asked({ backendRefs: [{ name: "blue" }] }, ...rules)).toEqual({
      testers: { header: "x-environment", sides: ["blue", "green"], counted: true },
      strange: [],
    });
    expect(asked({ backendRefs: [{ name: "blue" }] })).toEqual({ strange: [] });
  });

  it.each([
    ["leads to the other side", testersRule("blue", "green")],
    ["asks for two headers", { ...testersRule("blue", "blue"), matches: [{ headers: [pattern, pattern] }] }],
    ["has a filter", { ...testersRule("blue", "blue"), filters: [{ type: "RequestMirror" }] }],
    ["leads to two Services", { ...testersRule("blue", "blue"), backendRefs: [{ name: "blue" }, { name: "green" }] }],
  ])("are not played where one %s", (_, rule) => {
    expect(asked({ backendRefs: [{ name: "blue" }] }, rule).strange).toHaveLength(1);
  });
});

describe("what else a route asks", () => {
  const sides = { blue: "blue", green: "green" };
  const cookie = { name: "Set-Cookie", value: "side=blue" };
  const adds = { type: "ResponseHeaderModifier", responseHeaderModifier: { add: [cookie] } };
  const routed = (filters: object[], ...rules: object[]) => {
    const users = { backendRefs: [{ name: "blue", filters }, { name: "green" }] };
    return routingOf(weighedRoute({ metadata: {}, spec: { rules: [users, ...rules] } } as object), sides);
  };
  const asking = { matches: [{ headers: [pattern] }], backendRefs: [{ name: "blue" }] };

  it("is played where a header's pattern leads to a side, and where a side adds headers to its answers", () => {
    expect(routed([adds], asking)).toEqual({
      patterns: [{ header: "x-environment", pattern: "blue", side: "blue" }],
      added: { blue: [cookie], green: [] },
      strange: [],
    });
  });

  it.each<[string, Parameters<typeof routed>]>([
    ["sets a header", [[{ type: "ResponseHeaderModifier", responseHeaderModifier: { set: [cookie] } }]]],
    ["changes requests", [[{ type: "RequestHeaderModifier", requestHeaderModifier: { add: [cookie] } }]]],
    ["leads a pattern to a stranger", [[], { ...asking, backendRefs: [{ name: "stranger" }] }]],
    ["asks for a value after a pattern", [[], asking, testersRule("green", "green")]],
  ])("is refused where it %s", (_, [filters, ...rules]) => {
    expect(routed(filters, ...rules).strange).toHaveLength(1);
  });
});

describe("the backends of a route", () => {
  it("are those of the rule that asks for no header; a weight left out is 1", () => {
    const tester = { matches: [{ headers: [{ name: "x-tester", value: "1" }] }], backendRefs: [{ name: "green" }] };
    const all = { matches: [{ path: { value: "/" } }], backendRefs: [{ name: "blue" }, { name: "green", weight: 0 }] };
    expect(weighedRoute({ metadata: {}, spec: { rules: [tester, all] } } as object).backends).toEqual([
      { service: "blue", weight: 1, adds: [] },
      { service: "green", weight: 0, adds: [] },
    ]);
  });
});

function testersRule(asked: string, to: string) {
  return {
    matches: [{ headers: [{ type: "Exact", name: "x-environment", value: asked }] }],
    backendRefs: [{ name: to, port: 80, weight: 100 }],
  };
}

const image = "example.invalid/api@sha256:1";

function deployment(side: string, of = image): V1Deployment {
  const labels = { app: "api", side };
  const readinessProbe = { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 };
  const container = { name: "api", image: of, env: [{ name: "SIDE", value: side }], readinessProbe };
  const lifecycle = { preStop: { sleep: { seconds: 1 } } };
  return {
    metadata: { name: side },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 10, containers: [{ ...container, lifecycle }] },
      },
    },
  };
}

async function serve(name: string, side: string): Promise<void> {
  const spec = { selector: { side }, ports: [{ name: "http", port: 80, targetPort: 8080 }] };
  await core.createNamespacedService({ namespace, body: { metadata: { name }, spec } });
}

const routes = { group: "gateway.networking.k8s.io", version: "v1", plural: "httproutes", namespace };

function route(blue: number, green: number) {
  const backendRefs = [
    { name: "blue", port: 80, weight: blue },
    { name: "green", port: 80, weight: green },
  ];
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "canary" },
    spec: { parentRefs: [{ name: "edge" }], rules: [{ backendRefs }] },
  };
}

function weightOf(index: number, value: number): string {
  return JSON.stringify([{ op: "replace", path: `/spec/rules/0/backendRefs/${index}/weight`, value }]);
}

async function ready(name: string): Promise<void> {
  await eventually(`${name} to be ready`, async () => {
    const { status } = await apps.readNamespacedDeployment({ namespace, name });
    return status?.readyReplicas === 2 ? true : undefined;
  });
}

async function stateOf(side: string, fits: (state: { waiting?: { reason?: string } }) => boolean) {
  return await eventually(`a state of ${side}`, async () => {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: `side=${side}` });
    const state = items[0]?.status?.containerStatuses?.[0]?.state;
    return state !== undefined && fits(state) ? state : undefined;
  });
}

async function ask(port: number, headers: Record<string, string> = {}): Promise<string> {
  return await fetch(`http://127.0.0.1:${port}/`, { headers }).then(
    async (answer) => (answer.ok ? await answer.text() : "failed"),
    () => "failed",
  );
}

async function reached(port: number, side: string, headers: Record<string, string> = {}): Promise<void> {
  await eventually(`an answer of ${side}`, async () => ((await ask(port, headers)) === side ? true : undefined));
}

async function cookiesOf(port: number): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  await answer.text();
  return answer.headers.getSetCookie();
}

async function answersOf(
  port: number,
  count: number,
  headers: Record<string, string> = {},
): Promise<Map<string, number>> {
  const answers = new Map<string, number>();
  for (let asked = 0; asked < count; asked++) {
    const answer = await ask(port, headers);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  return answers;
}

function underLoad(port: number): { answers: ReadonlyMap<string, number>; stop: () => Promise<Map<string, number>> } {
  const answers = new Map<string, number>();
  let stopped = false;
  const users = Array.from({ length: 4 }, async () => {
    while (!stopped) {
      const answer = await ask(port);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  });
  return {
    answers,
    stop: async () => {
      stopped = true;
      await Promise.all(users);
      return answers;
    },
  };
}
