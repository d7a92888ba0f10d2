import { complaint } from "../../command.ts";
import { wayBackMs } from "../../followed/scenarios/bad.ts";
import { count, milliseconds } from "../../report/wording.ts";
import { Findings, type Scenario } from "../../scenario.ts";
import { lastAnswerAfter } from "../../traffic.ts";
import { until } from "../../until.ts";
import type { CloudGround } from "../cloudGround.ts";

const version = "v1.2.0";

export const nobodyThere: Scenario<CloudGround> = {
  name: "nobody-there",
  title: "The machine that releases is dead, and the release is bad",
  expected:
    "The command is killed when v1.2.0 serves; its alarm fires, and the stack's own function moves traffic back without anybody; an update then finds the rules as the settings want them.",
  allowsFailures: true,
  quick: false,
  async play(ground) {
    const found = new Findings();
    await ground.strategyIs("blue-green");
    const before = await ground.live();
    const mark = await ground.load.mark("nobody there");
    const command = ground.commands.greenlight(["release", version]);
    const serves = async () => (await ground.live())?.version === version;
    const watched = async () => command.over || (command.told(/(Go|No-go|Undecided) after/) && (await serves()));
    await until(watched, ground.limits.commandMs, ground.signal, 500);
    found.expect(!command.over, "the release ended before it was watched");
    for (const pid of await command.engines()) process.kill(pid, "SIGKILL");
    command.kill();
    await ground.run(command);
    const side = (await ground.live())?.environment;
    if (side === undefined || before === undefined) return found.ended("Nobody serves everything.");
    const firedAt = Date.now();
    ground.simulator.functions.invocations.length = 0;
    await ground.alarm(side, "ALARM");
    const deeds = ground.simulator.functions.invocations.map(({ result, error }) => JSON.stringify(error ?? result));
    found.expect(deeds.length === 1, `the function was called ${deeds.length} times: ${deeds.join("; ")}`);
    found.expect((await ground.live())?.version === before.version, `afterwards ${await ground.sayLive()}`);
    const bound = ground.usualLagMs + wayBackMs;
    await until(() => Date.now() - firedAt > bound + 3_000, bound + 10_000, ground.signal, 200);
    const { byVersion } = await ground.load.since(mark);
    const last = lastAnswerAfter(byVersion[version], firedAt);
    const late = last === null ? "it never answered" : `its last answer came ${milliseconds(last)} after the alarm`;
    found.expect(last !== null && last <= bound, late);
    found.expect((byVersion[before.version]?.failed ?? 0) === 0, `requests to ${before.version} failed`);
    await ground.alarm(side, "OK");
    ground.context.stackFile.set({ "greenlight:live": before.environment });
    const up = await ground.operate("up");
    found.expect(up.exitCode === 0, `the update after it failed: ${complaint(up)}`);
    const fault = await ground.stateFault();
    found.expect(fault === undefined, fault ?? "");
    const own = byVersion[version];
    return found.ended(
      `The function said ${deeds.join("; ")}. Its last answer came ${milliseconds(last ?? 0)} after the alarm, with requests ${milliseconds(ground.usualLagMs)} behind; ${count(own?.requests ?? 0)} requests met it, ${count(own?.failed ?? 0)} failed; ${await ground.sayLive()}.`,
      { lastBadAnswerMs: last },
    );
  },
};
