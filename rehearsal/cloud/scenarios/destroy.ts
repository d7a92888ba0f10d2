import { DescribeLoadBalancersCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { loadBalancingClient } from "../../../provider/aws/clients.ts";
import { complaint } from "../../command.ts";
import { orphans } from "../../project.ts";
import { counted, milliseconds } from "../../report/wording.ts";
import { Findings, type Scenario } from "../../scenario.ts";
import { until } from "../../until.ts";
import type { CloudGround } from "../cloudGround.ts";
import { region } from "../cloudProject.ts";

export const destroy: Scenario<CloudGround> = {
  name: "destroy",
  title: "pulumi destroy",
  expected: "No task runs and no load balancer is left; the snapshots stay, and so does what the team brought along.",
  allowsFailures: false,
  quick: true,
  underLoad: false,
  async play(ground) {
    const found = new Findings();
    const before = ground.simulator.ecs.pids.length;
    const snapshots = await ground.snapshots();
    const began = Date.now();
    const ended = await ground.operate("destroy");
    found.expect(ended.exitCode === 0, `it ended with ${ended.exitCode}: ${complaint(ended)}`);
    await until(() => ground.simulator.ecs.pids.length === 0, 60_000, ground.signal, 200);
    const tookMs = Date.now() - began;
    const running = ground.simulator.ecs.pids.length;
    found.expect(running === 0, `${counted(running, "process", "processes")} of tasks still run`);
    const { LoadBalancers: left = [] } = await loadBalancingClient(region).send(new DescribeLoadBalancersCommand({}));
    found.expect(left.length === 0, `${counted(left.length, "load balancer")} left`);
    const kept = await ground.snapshots();
    found.expect(kept === snapshots, `${counted(kept, "snapshot")} of ${snapshots} stayed`);
    const lost = await orphans(ground.places);
    found.expect(lost.length === 0, `processes are left: ${lost.join("; ")}`);
    return found.ended(
      `${counted(before, "process", "processes")} of tasks ended in ${milliseconds(tookMs)}; ${counted(left.length, "load balancer")} left, ${counted(kept, "snapshot")} kept.`,
      { tookMs, snapshots: kept },
    );
  },
};
