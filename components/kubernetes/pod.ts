import type { V1PodSpec } from "@kubernetes/client-node";

/** What of a service runs, whatever it is run for. */
export interface ContainerPlan {
  readonly service: string;
  /** With its digest. */
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  /** Names of ConfigMaps and Secrets whose keys become variables. */
  readonly config: readonly string[];
  readonly secrets: readonly string[];
  readonly pullSecrets: readonly string[];
  readonly cpu: string;
  readonly memory: string;
}

/** How a service runs in a pod that users reach. Times in whole seconds. */
export interface PodPlan extends ContainerPlan {
  readonly port: number;
  readonly serviceAccount: string;
  readonly healthPath: string;
  /** Path of the liveness probe; without one, whether the port is open. */
  readonly livePath?: string | undefined;
  readonly startSeconds: number;
  /** How long a stopping pod goes on answering before it is told to stop. */
  readonly endpointSeconds: number;
  readonly drainSeconds: number;
  /** What its pods are found by. */
  readonly selector: Readonly<Record<string, string>>;
}

const port = "http";

/** The pod of a service that users reach. */
export function podSpec(it: PodPlan): V1PodSpec {
  const { pod, container } = restricted(it);
  return {
    ...pod,
    serviceAccountName: it.serviceAccount,
    // First the endpoint is taken out everywhere, then requests that are under way end; nothing is killed before that.
    terminationGracePeriodSeconds: it.endpointSeconds + it.drainSeconds + 5,
    topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { ...it.selector } },
    })),
    containers: [
      {
        ...container,
        ports: [{ name: port, containerPort: it.port, protocol: "TCP" }],
        startupProbe: {
          httpGet: { path: it.healthPath, port },
          periodSeconds: 1,
          // As readiness: an answer that is soon enough while it runs is soon enough to begin.
          timeoutSeconds: 2,
          failureThreshold: Math.max(1, it.startSeconds),
        },
        readinessProbe: {
          httpGet: { path: it.healthPath, port },
          periodSeconds: 2,
          timeoutSeconds: 2,
          failureThreshold: 3,
        },
        livenessProbe: {
          ...(it.livePath === undefined ? { tcpSocket: { port } } : { httpGet: { path: it.livePath, port } }),
          periodSeconds: 10,
          timeoutSeconds: 5,
          failureThreshold: 6,
        },
        // By the kubelet itself: an image needs no shell for it. Before Kubernetes 1.33 none of 0 s is taken.
        ...(it.endpointSeconds === 0 ? {} : { lifecycle: { preStop: { sleep: { seconds: it.endpointSeconds } } } }),
      },
    ],
  };
}

/** A pod with a service's image and variables that does one thing and ends: nobody probes it, and no Service leads to it. */
export function onePodSpec(it: ContainerPlan): V1PodSpec {
  const { pod, container } = restricted(it);
  return { ...pod, terminationGracePeriodSeconds: 30, containers: [container] };
}

/** What every pod of a stack is: restricted as the Pod Security Standard of that name asks, and more. Lists are sorted: an order is no change. */
function restricted(it: ContainerPlan) {
  const variables = Object.entries(it.env).sort(([a], [b]) => (a < b ? -1 : 1));
  const pod = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(it.pullSecrets.length === 0 ? {} : { imagePullSecrets: it.pullSecrets.map((name) => ({ name })) }),
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    volumes: [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }],
  };
  const container = {
    name: it.service,
    image: it.image,
    env: variables.map(([name, value]) => ({ name, value })),
    envFrom: [
      ...it.config.toSorted().map((name) => ({ configMapRef: { name } })),
      ...it.secrets.toSorted().map((name) => ({ secretRef: { name } })),
    ],
    resources: { requests: { cpu: it.cpu, memory: it.memory }, limits: { memory: it.memory } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
  };
  return { pod, container };
}
