import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { SeenAlarm } from "../../../release/observation.ts";
import { alarmStates } from "../alarmStates.ts";
import type { CloudWatching } from "./watching.ts";

/** The alarms that judge an environment, as CloudWatch says. */
export async function readAlarms(
  cloudWatch: CloudWatchClient,
  { noGo, silence }: CloudWatching,
  signal: AbortSignal,
): Promise<SeenAlarm[]> {
  const asked = [
    { name: noGo, means: "no-go" as const },
    ...silence.map((name) => ({ name, means: "doubt" as const })),
  ];
  const names = asked.map(({ name }) => name);
  const states = await alarmStates(cloudWatch, names, signal);
  return asked.map(({ name, means }) => ({ name, means, state: stateOf(states[name]) }));
}

/** An alarm that is not there, or has too little data, says nothing. */
function stateOf(value: string | undefined): SeenAlarm["state"] {
  return value === "OK" ? "ok" : value === "ALARM" ? "firing" : "unknown";
}
