import { z } from "zod";
import { migrationSettings } from "../../project/migrationSettings.ts";
import { scalingSettings } from "../../project/scalingSettings.ts";
import { duration, group, hosts, listOf, path, testAddresses, text, whole } from "../../project/settingKinds.ts";
import { prometheusSettings } from "./prometheusSettings.ts";

const objectName = (what: string, most = 63) =>
  text(
    `${what}: a-z, 0-9 and -, at most ${most} characters`,
    new RegExp(`^[a-z](?:[a-z0-9-]{0,${most - 2}}[a-z0-9])?$`),
  );

const quantity = (expected: string, pattern: RegExp) => text(expected, pattern);
const cpu = () => quantity("an amount of processors such as 250m or 1", /^([1-9][0-9]{0,5}m|[1-9][0-9]{0,2})$/);
const memory = () => quantity("an amount of memory such as 256Mi or 1Gi", /^[1-9][0-9]{0,5}(Mi|Gi)$/);

const names = (what: string) => {
  const expected = `a list of names of ${what}`;
  return z
    .array(z.string(expected).regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, expected), expected)
    .max(20, expected)
    .meta({ expected });
};

const pathsExpected = "a list of paths, such as [/api]";

const service = group(
  {
    cpu: cpu().default("100m").describe("Processor that each pod is promised. It may use more where there is some."),
    memory: memory().default("256Mi").describe("Memory of each pod, promised and most."),
    config: names("ConfigMaps")
      .default([])
      .describe(
        "ConfigMaps in the namespace whose keys become variables. A change of one is no release: pods keep what they started with.",
      ),
    secrets: names("Secrets")
      .default([])
      .describe("Secrets in the namespace whose keys become variables; no value passes through the stack."),
    addresses: testAddresses("Left out, the Service's name in the cluster."),
    hosts: hosts(16).optional().describe("Names under which users reach it; where `gateway` leads them."),
    paths: listOf(path(), pathsExpected, 1, 16)
      .default(["/"])
      .describe("Beginnings of the paths that lead to the service, where `gateway` leads users."),
    scaling: scalingSettings("Pods", "Use of CPU that is aimed at, in percent of what `cpu` promises each pod."),
    live: path()
      .optional()
      .describe(
        "Path of the liveness probe, for a process that hangs. Left out, the kubelet asks whether the port is open.",
      ),
  },
  "{ cpu: 250m, memory: 256Mi }",
);

const servicesExpected = "the stack's services by name, such as { api: { cpu: 250m } }";

/** What the platform kubernetes needs to know beside the common settings; the group `greenlight:kubernetes`. */
export const kubernetesSettings = group(
  {
    kubeconfig: text("a path of a kubeconfig file", /^[\x20-\x7e]{1,1000}$/)
      .optional()
      .describe(
        "Path of the kubeconfig, inside the project unless it begins with /. Left out, KUBECONFIG, then ~/.kube/config.",
      ),
    context: text("a context's name", /^[\x21-\x7e]{1,253}$/)
      .optional()
      .describe(
        "Context of the kubeconfig. Left out, its current one: name it, so that a release never goes to another cluster.",
      ),
    namespace: objectName("a namespace that is there").describe(
      "Namespace that everything is made in. It must be there already.",
    ),
    name: objectName("a name", 20)
      .default("app")
      .describe("Beginning of every name in the namespace; two stacks of a namespace need two."),
    gateway: group(
      {
        name: objectName("a Gateway that is there").describe("Its name."),
        namespace: objectName("a namespace").optional().describe("Where it is. Left out, the stack's own namespace."),
        section: objectName("a listener of the Gateway")
          .optional()
          .describe("The listener that takes the routes. Left out, each that may."),
      },
      "{ name: public, namespace: gateways }",
    )
      .optional()
      .describe(
        "A Gateway of the Gateway API that users come through: the weights of an HTTPRoute for each service are the switch then, and traffic can be shared. Left out, the selector of each live Service is, and a rolling release alone shares traffic, by pods. Choose before the first deployment.",
      ),
    services: z
      .record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "a service's name"), service, servicesExpected)
      .meta({ expected: servicesExpected, named: "service" })
      .default({})
      .describe("What Kubernetes needs to know of each of `services`. One that is left out has the defaults."),
    database: group(
      {
        claim: objectName("a PersistentVolumeClaim", 253).describe(
          "The claim that the database keeps its files on: a VolumeSnapshot of it is taken before each migration.",
        ),
        snapshotClass: objectName("a VolumeSnapshotClass", 253)
          .optional()
          .describe("How it is taken. Left out, by the cluster's default class."),
        snapshotDeadline: duration("30m", 60_000).describe("How long the snapshot before a migration may take."),
        keep: whole(1, 100)
          .optional()
          .describe(
            "Snapshots of the stack that stay after a switch, beside those of versions that are deployed. Left out, all.",
          ),
        migration: migrationSettings({
          keep: duration("168h", 60_000).describe(
            "How long the Jobs of a migration stay, with their logs, when they have ended.",
          ),
        }),
      },
      "{ claim: data-postgres-0, migration: { service: api, command: […], verify: […], prints: up to date } }",
    )
      .optional()
      .describe("The database that releases migrate. Left out, manifests that migrate one are refused."),
    prometheus: prometheusSettings
      .optional()
      .describe(
        "The Prometheus that counts users' requests: `greenlight release` and `greenlight watch` judge by it. Left out, they are refused.",
      ),
    pullSecrets: names("Secrets").default([]).describe("Secrets with which images are pulled."),
    endpointDelay: duration("5s").describe(
      "How long proxies may take to follow a change: a stopping pod goes on answering, and a gate that passed must hold, so long.",
    ),
    gates: group({ deadline: duration("10m", 1_000).describe("How long a gate waits.") }, "{ deadline: 10m }")
      .prefault({})
      .describe("The gates that an environment passes before it may serve."),
    unavailable: whole(1, 100)
      .default(1)
      .describe("Pods of a service that may be away at once while nodes are drained (PodDisruptionBudget)."),
  },
  "{ namespace: shop, context: production }",
);

export type KubernetesSettings = z.infer<typeof kubernetesSettings>;
export type KubernetesServiceSettings = KubernetesSettings["services"][string];
