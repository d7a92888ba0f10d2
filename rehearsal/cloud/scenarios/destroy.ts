import { DescribeLoadBalancersCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { loadBalancingClient } from "../../../provider/aws/clients.ts";
import { destroyed } from "../../followed/scenarios/destroyed.ts";
import { counted } from "../../report/wording.ts";
import type { CloudGround } from "../cloudGround.ts";
import { region } from "../cloudProject.ts";

export const destroy = destroyed<CloudGround>({
  expected: "No task runs and no load balancer is left; the snapshots stay, and so does what the team brought along.",
  running: (ground) => ground.simulator.ecs.pids.length,
  called: ["process of a task", "processes of tasks"],
  async looking(ground) {
    const snapshots = await ground.snapshots();
    return async (found) => {
      const { LoadBalancers: left = [] } = await loadBalancingClient(region).send(new DescribeLoadBalancersCommand({}));
      found.expect(left.length === 0, `${counted(left.length, "load balancer")} left`);
      const kept = await ground.snapshots();
      const lost = snapshots.filter((it) => !kept.includes(it));
      found.expect(lost.length === 0, `gone are the snapshots ${lost.join(", ")}`);
      return {
        left: `${counted(left.length, "load balancer")} left, ${counted(kept.length, "snapshot")} kept`,
        facts: { snapshots: kept.length },
      };
    };
  },
});
