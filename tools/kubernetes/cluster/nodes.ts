import type { V1Node } from "@kubernetes/client-node";

/** Played nodes, in zones of their own one after the other, with room for 110 pods each. */
export function nodes(count: number, kubeletPort: number): V1Node[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `node-${index}`;
    const room = { cpu: "16", memory: "64Gi", pods: "110", "ephemeral-storage": "100Gi" };
    return {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        labels: {
          "kubernetes.io/hostname": name,
          "kubernetes.io/os": "linux",
          "kubernetes.io/arch": "amd64",
          "topology.kubernetes.io/region": "here",
          "topology.kubernetes.io/zone": `here-${"abc".charAt(index % 3)}`,
        },
      },
      // All of them are this machine, and whoever runs their pods serves logs at one port.
      status: { capacity: room, allocatable: room, daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } } },
    };
  });
}

/** Kwok's settings where somebody else says how pods fare: a stage that no pod is ever in, in place of kwok's own. */
export const noPods = `apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata:
  name: pods-are-not-played
spec:
  resourceRef: { apiGroup: v1, kind: Pod }
  selector:
    matchLabels: { "greenlight.invalid/no-pod-has-this": "true" }
  next: {}
`;
