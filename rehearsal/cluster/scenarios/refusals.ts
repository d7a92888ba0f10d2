import { other } from "../../../release/environment.ts";
import { complaint } from "../../command.ts";
import { refused } from "../../followed/scenarios/refused.ts";
import type { ClusterGround } from "../clusterGround.ts";

export const neverHealthy = refused({
  name: "never-healthy",
  title: "A release whose pods are never ready",
  version: "v1.2.2",
  says: /0 of 2 pods are ready/,
});

async function withoutCandidate(ground: ClusterGround): Promise<void> {
  await ground.pulumi("config", "rm", `greenlight:${other(await ground.serving())}`);
  await ground.operate("up");
}

const quota = {
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: { name: "small" },
  // What serves has four; one more migrates, and is gone when the candidate's come.
  spec: { hard: { pods: "5" } },
};

export const noRoom = refused<ClusterGround>({
  name: "quota",
  title: "A quota without room for the candidate",
  version: "v1.3.1",
  says: /exceeded quota/,
  async before(ground) {
    // Pods of an earlier candidate would be room.
    await withoutCandidate(ground);
    await ground.apply(quota);
  },
  async after(ground, found) {
    await ground.kubectl("delete", "resourcequota", "small");
    // The ReplicaSet's controller tries again after a pause that has doubled with each refusal: at most as long again as it was refused.
    const again = async () => await ground.operate("up");
    let up = await again();
    if (up.exitCode !== 0) up = await again();
    found.expect(up.exitCode === 0, `the update, given again without the quota, failed: ${complaint(up)}`);
  },
});

const webhook = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "guard.shop.example" },
  webhooks: [
    {
      name: "guard.shop.example",
      // Nobody answers there, and it must not be passed without an answer.
      clientConfig: { url: "https://127.0.0.1:1/guard" },
      failurePolicy: "Fail",
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
      timeoutSeconds: 2,
      rules: [
        { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["deployments"] },
      ],
    },
  ],
};

export const webhookRefuses = refused<ClusterGround>({
  name: "webhook",
  title: "An admission webhook that refuses",
  version: "v1.3.1",
  says: /guard\.shop\.example/,
  async before(ground) {
    // What stands already would not be applied again.
    await withoutCandidate(ground);
    await ground.apply(webhook);
  },
  after: (ground) => ground.kubectl("delete", "validatingwebhookconfiguration", "guard.shop.example"),
});
