import { DescribeServicesCommand } from "@aws-sdk/client-ecs";
import { ecsClient } from "../../../provider/aws/clients.ts";
import { complaint } from "../../command.ts";
import { throughTrouble } from "../../followed/scenarios/throughTrouble.ts";
import { until } from "../../until.ts";
import type { CloudGround } from "../cloudGround.ts";
import { prefix, region } from "../cloudProject.ts";

export const throttled = throughTrouble<CloudGround>({
  name: "throttled",
  title: "AWS is too busy to say what serves",
  expected: "A switch is not called done while AWS does not tell the rules; given again when it does, it ends well.",
  quick: true,
  async play(ground, { found, from, to }) {
    ground.simulator.fail({ kind: "throttle", service: "elasticloadbalancing", action: "DescribeRules" });
    let said: string;
    try {
      const ended = await ground.greenlight("switch", to);
      said = complaint(ended);
      found.expect(ended.exitCode !== 0, "the switch was called done though nobody told what serves");
      found.expect(/did not tell|too busy|Rate exceeded|Throttling/i.test(said), `it does not say why: ${said}`);
    } finally {
      ground.simulator.faults.clear();
    }
    found.expect((await ground.live())?.environment === from, `then ${await ground.sayLive()}`);
    const again = await ground.greenlight("switch", to);
    found.expect(again.exitCode === 0, `given again, it failed: ${complaint(again)}`);
    found.expect((await ground.live())?.environment === to, `afterwards ${await ground.sayLive()}`);
    return `The switch said: ${said.slice(0, 160)} Given again, it ended well.`;
  },
});

export const expired = throughTrouble<CloudGround>({
  name: "expired",
  title: "Credentials expire in the middle of a switch",
  expected:
    "They expire when the switch begins: it ends with that as its reason; with new ones the same command ends well.",
  async play(ground, { found, to }) {
    const command = ground.commands.greenlight(["switch", to]);
    await until(() => command.over || command.told(/traffic-gate …/), 120_000, ground.signal, 10);
    ground.simulator.fail({ kind: "expire" });
    let said: string;
    try {
      const ended = await ground.run(command);
      said = complaint(ended);
      found.expect(ended.exitCode !== 0, "the switch was called done though AWS answered nothing any more");
      found.expect(/expired/i.test(`${said} ${ended.told.join(" ")}`), `it does not say why: ${said}`);
    } finally {
      ground.simulator.faults.clear();
    }
    const again = await ground.greenlight("switch", to);
    found.expect(again.exitCode === 0, `given again, it failed: ${complaint(again)}`);
    found.expect((await ground.live())?.environment === to, `afterwards ${await ground.sayLive()}`);
    return `The switch said: ${said.slice(0, 160)} Given again with credentials that hold, it ended well.`;
  },
});

export const weightsMoved = throughTrouble<CloudGround>({
  name: "weights-moved",
  title: "Somebody moves weights in the console",
  expected: "A switch is refused and says who moved what; after a refresh an update brings back what the settings say.",
  quick: true,
  async play(ground, { found, from, to }) {
    const { rule, groups } = await ground.ruleOf("web");
    await ground.simulator.moveWeights(rule, { [groups[from]]: 70, [groups[to]]: 30 });
    const refused = await ground.greenlight("switch", to);
    const said = complaint(refused);
    found.expect(refused.exitCode !== 0, "the switch overwrote weights that somebody else wrote");
    found.expect(/Somebody moved traffic/.test(said), `it does not say who moved what: ${said}`);
    const refreshed = await ground.operate("refresh");
    found.expect(refreshed.exitCode === 0, `the refresh failed: ${complaint(refreshed)}`);
    const up = await ground.operate("up");
    found.expect(up.exitCode === 0, `the update after it failed: ${complaint(up)}`);
    found.expect((await ground.live())?.environment === from, `afterwards ${await ground.sayLive()}`);
    return `Refused: ${said.slice(0, 200)} Mended by a refresh and an update.`;
  },
});

export const takenBackByEcs = throughTrouble<CloudGround>({
  name: "ecs-rolled-back",
  title: "ECS takes a service back behind our back",
  expected:
    "A refresh sees that tasks run an older image; an update brings the asked one back; nobody is switched to it before.",
  async play(ground, { found, from, to }) {
    const service = `${prefix}-${to}-api`;
    const { services = [] } = await ecsClient(region).send(
      new DescribeServicesCommand({ cluster: prefix, services: [service] }),
    );
    const now = services[0]?.taskDefinition ?? "";
    const before = now.replace(/:(\d+)$/, (_, revision) => `:${Number(revision) - 1}`);
    const running = async () => (await ground.asked()).running();
    const asked = (await running())[to].join("+");
    await ground.simulator.ecs.rollBack(service, before);
    await until(async () => (await running())[to].join("+") !== asked, 90_000, ground.signal, 500);
    const refreshed = await ground.operate("refresh");
    found.expect(refreshed.exitCode === 0, `the refresh failed: ${complaint(refreshed)}`);
    const up = await ground.operate("up");
    found.expect(up.exitCode === 0, `the update after it failed: ${complaint(up)}`);
    const mended = (await running())[to].join("+");
    found.expect(mended === asked, `${to} runs ${mended} after the update, and not ${asked}`);
    found.expect((await ground.live())?.environment === from, `afterwards ${await ground.sayLive()}`);
    return `${to} was to run ${asked}; ECS ran an older image, and after a refresh and an update ${mended} again.`;
  },
});
