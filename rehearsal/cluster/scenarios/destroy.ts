import { complaint } from "../../command.ts";
import { orphans } from "../../project.ts";
import { counted, milliseconds } from "../../report/wording.ts";
import { Findings, type Scenario } from "../../scenario.ts";
import { until } from "../../until.ts";
import type { ClusterGround } from "../clusterGround.ts";

// A migration's Job stays with its log until its own time is over.
const kinds = "deployments,replicasets,services,serviceaccounts,poddisruptionbudgets,httproutes";

export const destroy: Scenario<ClusterGround> = {
  name: "destroy",
  title: "pulumi destroy",
  expected:
    "Nothing of the stack is left in the namespace but the Jobs of its migrations, which end by themselves, and no pod runs.",
  allowsFailures: false,
  quick: true,
  underLoad: false,
  async play(ground) {
    const found = new Findings();
    const before = ground.follower.pods.pids.size;
    const began = Date.now();
    const ended = await ground.operate("destroy");
    found.expect(ended.exitCode === 0, `it ended with ${ended.exitCode}: ${complaint(ended)}`);
    await until(() => ground.follower.pods.pids.size === 0, 30_000, ground.signal, 200);
    const tookMs = Date.now() - began;
    const pods = ground.follower.pods.pids.size;
    found.expect(pods === 0, `${counted(pods, "pod")} still run`);
    const label = "app.kubernetes.io/instance=shop";
    const left = (await ground.kubectl("get", kinds, "-l", label, "-o", "name")).split("\n").filter((it) => it !== "");
    found.expect(left.length === 0, `left in the namespace: ${left.join(", ")}`);
    const lost = await orphans(ground.places);
    found.expect(lost.length === 0, `processes are left: ${lost.join("; ")}`);
    return found.ended(
      `${counted(before, "pod")} ended in ${milliseconds(tookMs)}; ${counted(left.length, "object")} and ${counted(lost.length, "process", "processes")} left.`,
      { tookMs, objectsLeft: left.length },
    );
  },
};
