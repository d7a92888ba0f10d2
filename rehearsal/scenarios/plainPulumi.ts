import { z } from "zod";
import { folder } from "../../provider/local/folder.ts";
import { readRecords } from "../../provider/local/instanceRecord.ts";
import { stopSupervised } from "../../provider/local/process/supervised.ts";
import { readServing } from "../../provider/local/serving.ts";
import { other } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { complaint, type Ended } from "../command.ts";
import { count, counted } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";
import { until } from "../until.ts";

const previewShape = z.looseObject({
  steps: z.array(z.looseObject({ op: z.string(), urn: z.string() })).default([]),
  changeSummary: z.record(z.string(), z.number()),
});

/** Components and the facts of the Release state a change; these types make one. */
const makesChanges = (urn: string) =>
  !/\$?greenlight:local:TrafficSwitch::|greenlight:index:Release::|pulumi:pulumi:Stack::/.test(urn);

export const plainPulumi: Scenario = {
  name: "plain-pulumi",
  title: "Plain pulumi: preview and refresh",
  expected:
    "A preview shows the switch as one change; a refresh sees moved weights and a killed process; `pulumi up` mends both; no request fails.",
  allowsFailures: false,
  quick: false,
  async play(stage) {
    const found = new Findings();
    const before = await stage.live();
    if (before === undefined) throw new Problem({ happened: "Nobody serves everything." });
    const changes = await switchInPreview(stage, other(before.environment));
    found.expect(
      changes.length === 1 && changes[0]?.endsWith("::traffic") === true,
      `the preview of a switch changes ${changes.length} resources: ${changes.map(nameOf).join(", ")}`,
    );

    const idle = readRecords(stage.places.stack).find(
      (it) => it.environment !== before.environment && it.service === "web",
    );
    if (idle === undefined) throw new Problem({ happened: "No process runs in the idle environment." });
    await stopSupervised(folder(stage.places.stack).pidFile(idle.name), 5000);
    await ejected(stage, idle.service, idle.environment);
    await stage.platform().moveTraffic(other(before.environment), () => undefined);
    const refreshed = await stage.operate("refresh");
    found.expect(refreshed.exitCode === 0, `the refresh failed: ${complaint(refreshed)}`);
    const drift = driftIn(refreshed);
    found.expect(drift.includes(idle.name), `the refresh does not see that ${idle.name} is gone`);
    found.expect(drift.includes("traffic"), "the refresh does not see that traffic was moved");
    const up = await stage.operate("up");
    found.expect(up.exitCode === 0, `the update after it failed: ${complaint(up)}`);
    const live = await stage.live();
    found.expect(live?.environment === before.environment, `afterwards ${await stage.sayLive()}`);
    const back = readRecords(stage.places.stack).find((it) => it.name === idle.name);
    found.expect(back?.alive === true, `${idle.name} was not started again`);
    return found.ended(
      `The preview of a switch has ${counted(changes.length, "change")} (${changes.map(nameOf).join(", ")}); the refresh saw ${count(drift.length)} drifted resources (${drift.join(", ")}); after \`pulumi up\` ${await stage.sayLive()} and ${idle.name} runs again.`,
      { previewChanges: changes.map(nameOf), drifted: drift },
    );
  },
};

/** Waits until the proxy sends that side's traffic past the process that is gone. */
async function ejected(stage: Stage, service: string, environment: "blue" | "green"): Promise<void> {
  const isSo = async () => {
    const seen = (await readServing(stage.platform().facts)).healthy[service]?.[environment];
    return seen !== undefined && seen.healthy < seen.of;
  };
  if (await until(isSo, 15_000, stage.signal)) return;
  throw new Problem({ happened: `The proxy calls the stopped ${service} of ${environment} healthy after 15 s.` });
}

/** URNs that a preview would change if the live environment were the other one. The setting is put back. */
async function switchInPreview(stage: Stage, to: "blue" | "green"): Promise<string[]> {
  const file = stage.context.stackFile;
  const before = file.text("greenlight:live");
  file.set({ "greenlight:live": to });
  try {
    const preview = await stage.must(previewShape, stage.pulumi("preview", "--json"));
    return preview.steps.filter((it) => !["same", "read"].includes(it.op) && makesChanges(it.urn)).map((it) => it.urn);
  } finally {
    file.set({ "greenlight:live": before });
  }
}

/** A refresh tells every resource once as "refreshing"; only what differs is told as updated or deleted. */
const drifted = /^\s*[~-]\s+greenlight:\S+\s+(\S+)\s+(?:updated|deleted)\b/gm;

/** Names of the resources that a refresh found otherwise than Pulumi's state had them: changed or gone. */
function driftIn(refreshed: Ended): string[] {
  const lines = [refreshed.stdout, ...refreshed.told].join("\n").matchAll(drifted);
  return [...new Set([...lines].map((line) => line[1] ?? ""))].sort();
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
