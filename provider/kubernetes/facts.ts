import { z } from "zod";
import { routeBackends } from "./route.ts";

/** The cluster and namespace that is asked. Credentials are where the kubeconfig says, and nowhere in the state. */
export const kubernetesAccess = z.strictObject({
  /** Absolute path; left out, KUBECONFIG, then ~/.kube/config. */
  kubeconfig: z.string().optional(),
  /** Left out, the current one. */
  context: z.string().optional(),
  namespace: z.string(),
});
export type KubernetesAccess = z.infer<typeof kubernetesAccess>;

/** Where what serves is read on Kubernetes: plain facts that the settings say. */
export const kubernetesServingFacts = z.strictObject({
  access: kubernetesAccess,
  /** The label of a live Service's selector that names the environment. */
  label: z.string(),
  /** Names of the live Services, or of the HTTPRoutes where there are routes, in the order in which they switch. */
  services: z
    .array(
      z.strictObject({
        service: z.string(),
        name: z.string(),
        route: routeBackends.optional(),
        /** The selector by which a live Service leads to both environments, where it may. */
        both: z.record(z.string(), z.string()).optional(),
      }),
    )
    .min(1),
});
export type KubernetesServingFacts = z.infer<typeof kubernetesServingFacts>;
