import { z } from "zod";
import { scalingSettings } from "../../project/scalingSettings.ts";
import { duration, group, hosts, listOf, path, testAddresses, text, whole } from "../../project/settingKinds.ts";
import { databaseSettings } from "./databaseSettings.ts";
import { prometheusSettings } from "./prometheusSettings.ts";
import { cpu, memory, objectName } from "./resourceKinds.ts";

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
    database: databaseSettings
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
