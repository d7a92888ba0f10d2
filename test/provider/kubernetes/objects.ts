import { stickyHeader } from "../../../provider/kubernetes/stickyRules.ts";

export const asked = `sha256:${"2".repeat(64)}`;
export const before = `sha256:${"1".repeat(64)}`;

/** What pods of the service api are found by. */
export const selector = (environment: string) => ({
  "app.kubernetes.io/instance": "shop",
  "app.kubernetes.io/name": "api",
  "greenlight/environment": environment,
});

const set = (environment: string, revision: number) => `shop-api-${environment}-${revision}`;

/** The Deployment of api in green, two replicas, as its controller leaves it. */
export const deployment = (status: object = {}, revision = 2) => ({
  metadata: {
    name: "shop-api-green",
    uid: "deployment",
    generation: revision,
    labels: selector("green"),
    annotations: { "deployment.kubernetes.io/revision": String(revision) },
  },
  spec: { replicas: 2 },
  status: { observedGeneration: revision, replicas: 2, updatedReplicas: 2, ...status },
});

export const replicaSet = (revision = 2) => ({
  metadata: {
    name: set("green", revision),
    uid: set("green", revision),
    labels: selector("green"),
    ownerReferences: [{ uid: "deployment" }],
    annotations: { "deployment.kubernetes.io/revision": String(revision) },
  },
});

/** @param status laid over that of a ready pod */
export const pod = (at: number, status: object = {}, { environment = "green", revision = 2, digest = asked } = {}) => ({
  metadata: {
    name: `${environment}-${at}`,
    labels: selector(environment),
    ownerReferences: [{ uid: set(environment, revision) }],
  },
  status: {
    conditions: [{ type: "Ready", status: "True" }],
    containerStatuses: [
      {
        name: "api",
        ready: true,
        restartCount: 0,
        state: { running: {} },
        imageID: digest === "" ? "" : `registry.example/api@${digest}`,
      },
    ],
    ...status,
  },
});

/** What a pod says while its container waits for a reason. */
export const waiting = (reason: string, message?: string, more: object = {}) => ({
  conditions: [{ type: "Ready", status: "False" }],
  containerStatuses: [
    {
      name: "api",
      ready: false,
      restartCount: 3,
      state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
      ...more,
    },
  ],
});

export const notReady = { conditions: [{ type: "Ready", status: "False" }], containerStatuses: [] };

/** The Service that users reach. */
export const live = (environment: string | undefined) => ({
  metadata: { name: "shop-api", labels: { "app.kubernetes.io/instance": "shop", "app.kubernetes.io/name": "api" } },
  spec: { selector: environment === undefined ? { app: "another" } : selector(environment) },
});

type Endpoint = string | { name: string; ready?: boolean; terminating?: boolean };

/** Its endpoints. */
export const slice = (...endpoints: Endpoint[]) => sliceOf("shop-api", ...endpoints);

/** The endpoints of a Service. */
export const sliceOf = (service: string, ...endpoints: Endpoint[]) => ({
  metadata: { name: `${service}-abc`, labels: { "kubernetes.io/service-name": service } },
  addressType: "IPv4",
  endpoints: endpoints.map((it) => {
    const { name, ready = true, terminating = false } = typeof it === "string" ? { name: it } : it;
    return {
      addresses: ["10.0.0.1"],
      conditions: { ready, serving: ready, terminating },
      targetRef: { kind: "Pod", name },
    };
  }),
});

/** What api's HTTPRoute forwards to. */
export const backends = { blue: "shop-api-blue", green: "shop-api-green", port: 8080 };

interface Rule {
  readonly matches?: readonly object[];
  backendRefs: { readonly name: string; readonly port: number; readonly weight: number }[];
}

/** A rule that leads testers who ask for one environment. @param to where it leads; by default to that environment */
export const testersRule = (asked: "blue" | "green", to: string = backends[asked]): Rule => ({
  matches: [
    {
      path: { type: "PathPrefix", value: "/" },
      headers: [{ type: "Exact", name: "x-environment", value: asked }],
    },
  ],
  backendRefs: [{ name: to, port: backends.port, weight: 100 }],
});

/** A rule that keeps those users with an environment who bring the cookie that it gave. */
export const keepingRule = (environment: "blue" | "green"): Rule => ({
  matches: [{ path: { type: "PathPrefix", value: "/" }, headers: [stickyHeader(environment, "v1")] }],
  backendRefs: [{ name: backends[environment], port: backends.port, weight: 100 }],
});

/**
 * The HTTPRoute that users come through.
 *
 * @param seen the generation that the Gateway has taken up; by default this one
 */
export const route = (
  blue: number,
  green: number,
  {
    generation = 1,
    seen = generation,
    accepted = "True",
  }: { generation?: number; seen?: number; accepted?: string } = {},
) => {
  const parentRef = { name: "public", namespace: "gateways" };
  const condition = (type: string, status: string) => ({ type, status, reason: status, observedGeneration: seen });
  return {
    metadata: {
      name: "shop-api",
      generation,
      labels: { "app.kubernetes.io/instance": "shop", "app.kubernetes.io/name": "api" },
    },
    spec: {
      parentRefs: [parentRef],
      rules: [
        {
          backendRefs: [
            { name: backends.blue, port: backends.port, weight: blue },
            { name: backends.green, port: backends.port, weight: green },
          ],
        },
      ] as Rule[],
    },
    status: {
      parents: [{ parentRef, conditions: [condition("Accepted", accepted), condition("ResolvedRefs", "True")] }],
    },
  };
};
