/** Files whose tests wait for minutes that a cloud or a Prometheus counts: they begin first, and take no turn from those that compute. */
export const waiting: readonly string[] = [
  "test/engine/awsCanaryRelease.test.ts",
  "test/engine/awsCanary.test.ts",
  "test/engine/awsStrategies.test.ts",
  "test/engine/awsCommands.test.ts",
  "test/engine/kubernetesRelease.test.ts",
];
