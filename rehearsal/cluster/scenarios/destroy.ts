import { destroyed } from "../../followed/scenarios/destroyed.ts";
import { counted } from "../../report/wording.ts";
import type { ClusterGround } from "../clusterGround.ts";

// A migration's Job stays with its log until its own time is over.
const kinds = "deployments,replicasets,services,serviceaccounts,poddisruptionbudgets,httproutes";

export const destroy = destroyed<ClusterGround>({
  expected:
    "Nothing of the stack is left in the namespace but the Jobs of its migrations, which end by themselves, and no pod runs.",
  running: (ground) => ground.follower.pods.pids.size,
  called: ["pod", "pods"],
  looking: async (ground) => async (found) => {
    const label = "app.kubernetes.io/instance=shop";
    const left = (await ground.kubectl("get", kinds, "-l", label, "-o", "name")).split("\n").filter((it) => it !== "");
    found.expect(left.length === 0, `left in the namespace: ${left.join(", ")}`);
    return { left: `${counted(left.length, "object")} left`, facts: { objectsLeft: left.length } };
  },
});
