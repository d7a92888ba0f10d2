import { existsSync } from "node:fs";
import { accepts } from "../../provider/local/ports.ts";
import { databaseFolder } from "../../provider/local/unprivileged.ts";
import { complaint } from "../command.ts";
import { orphans, portsOf, supervisors } from "../project.ts";
import { counted, milliseconds } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";

export const destroy: Scenario = {
  name: "destroy",
  title: "pulumi destroy",
  expected: "Nothing is left behind: no process, no port, no file.",
  allowsFailures: false,
  quick: true,
  underLoad: false,
  async play(stage) {
    const found = new Findings();
    const before = supervisors(stage.places).length;
    const { listen, ports } = portsOf(stage.places);
    const began = Date.now();
    const ended = await stage.operate("destroy");
    const tookMs = Date.now() - began;
    found.expect(ended.exitCode === 0, `it ended with ${ended.exitCode}: ${complaint(ended)}`);
    const left = [...supervisors(stage.places).map((it) => `${it.pid} ${it.name}`), ...(await orphans(stage.places))];
    found.expect(left.length === 0, `processes are left: ${left.join("; ")}`);
    const open: number[] = [];
    for (const port of ports) if (await accepts(listen, port)) open.push(port);
    found.expect(open.length === 0, `ports are open: ${open.join(", ")}`);
    const folders = [stage.places.stack, databaseFolder(stage.places.stack)].filter((it) => existsSync(it));
    found.expect(folders.length === 0, `folders are left: ${folders.join(", ")}`);
    return found.ended(
      `${counted(before, "supervised process", "supervised processes")} ended in ${milliseconds(tookMs)}; ${counted(left.length, "process", "processes")}, ${counted(open.length, "port")} of ${ports.length} and ${counted(folders.length, "folder")} left.`,
      { tookMs, processesLeft: left.length, portsLeft: open, foldersLeft: folders.length },
    );
  },
};
