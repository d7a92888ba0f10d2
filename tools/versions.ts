/** The one place that says which tools we provide, and how old an installed one may be. */
export const versions = {
  pulumi: {
    /** What is built or installed when none is there. Also the version in engine/go.mod. */
    provided: "3.259.0",
    /** After-hooks that fail an update need 3.238; from 3.220 on the rest of what we use is there. */
    oldest: "3.220.0",
  },
  envoy: { provided: "1.40.0", oldest: "1.30.0" },
  postgres: {
    provided: "18.6.3",
    /** Oldest major version that still gets fixes upstream. */
    oldestMajor: 14,
  },
  /** Version of @pulumi/random whose resources the stand-in stands in for. */
  random: { provided: "4.19.0" },
  /** Version of @pulumi/aws whose resources the stand-in stands in for. */
  aws: { provided: "7.48.0" },
  /** Version of @pulumi/kubernetes whose resources the stand-in stands in for. */
  kubernetesPlugin: { provided: "4.34.2" },
  /** The simulated AWS; `oldestPython` is what it and its dependencies run on. */
  moto: { provided: "5.2.5", oldestPython: "3.10" },
  /** The control plane that Kubernetes is rehearsed on; as in kubernetes/controlPlane/go.mod and kubernetes/gatewayApi/go.mod. */
  kubernetes: { provided: "1.34.2", etcd: "3.6.5", kwok: "0.7.0", gatewayApi: "1.4.1" },
  /** The Prometheus that watches are tried with; `module` is what its Go module calls that version, as in prometheus/module/go.mod. */
  prometheus: { provided: "3.16.0", module: "0.316.0", oldest: "2.40.0" },
  /** The client of stores that dumps are tried with; older ones serve no S3. As in rclone/go.mod. */
  rclone: { provided: "1.76.0", oldest: "1.65.0" },
  /** The Argo Rollouts that the benchmark compares us with; as in argoRollouts/go.mod. */
  argoRollouts: { provided: "1.10.1" },
  /** Oldest Go that can build engine/go.mod, or fetch the one that can. */
  go: { oldest: "1.21.0" },
  node: { oldest: "20.12.0" },
} as const;

/** The tools a release needs besides Node itself. */
export const toolNames = ["pulumi", "envoy", "postgres", "random"] as const;
/** Tools that only some commands need: they are installed when such a command runs, or by name. */
export const laterToolNames = ["moto", "kubernetes", "prometheus", "rclone"] as const;
export type ToolName = (typeof toolNames)[number] | (typeof laterToolNames)[number];
