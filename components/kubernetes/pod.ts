import type { V1PodSpec } from "@kubernetes/client-node";

/** How a service runs in a pod. Times in whole seconds. */
export interface PodPlan {
  readonly service: string;
  /** With its digest. */
  readonly image: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** Names of ConfigMaps and Secrets whose keys become variables. */
  readonly config: readonly string[];
  readonly secrets: readonly string[];
  readonly pullSecrets: readonly string[];
  readonly serviceAccount: string;
  readonly cpu: string;
  readonly memory: string;
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

/** The pod of a service, restricted as the Pod Security Standard of that name asks, and more. Lists are sorted: an order is no change. */
export function podSpec(it: PodPlan): V1PodSpec {
  const variables = Object.entries(it.env).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    serviceAccountName: it.serviceAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(it.pullSecrets.length === 0 ? {} : { imagePullSecrets: it.pullSecrets.map((name) => ({ name })) }),
    // First the endpoint is taken out everywhere, then requests that are under way end; nothing is killed before that.
    terminationGracePeriodSeconds: it.endpointSeconds + it.drainSeconds + 5,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { ...it.selector } },
    })),
    volumes: [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }],
    containers: [
      {
        name: it.service,
        image: it.image,
        ports: [{ name: port, containerPort: it.port, protocol: "TCP" }],
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
        startupProbe: {
          httpGet: { path: it.healthPath, port },
          periodSeconds: 1,
          timeoutSeconds: 1,
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
        // By the kubelet itself: an image needs no shell for it.
        lifecycle: { preStop: { sleep: { seconds: it.endpointSeconds } } },
      },
    ],
  };
}
