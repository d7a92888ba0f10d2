/** Files whose tests wait for minutes that a cloud or a Prometheus counts: they begin first, and take half a turn. */
export const waiting: readonly string[] = [
  "test/rehearsal/quick/aws.test.ts",
  "test/engine/awsCanaryRelease.test.ts",
  "test/engine/awsCanary.test.ts",
  "test/engine/awsCommands.test.ts",
  "test/engine/kubernetesRelease.test.ts",
];

/** Files of many minutes that compute: they begin next, so that nothing waits for one of them alone at the end. */
export const long: readonly string[] = ["test/rehearsal/quick/others.test.ts"];
