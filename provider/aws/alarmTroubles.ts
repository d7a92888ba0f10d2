import { alarmStates } from "./alarmStates.ts";
import { ask } from "./awsProblem.ts";
import { alarmsClient } from "./clients.ts";

/**
 * Why no release may begin beside an environment that serves: its no-go alarm fires, has no state, or is not there. The database is
 * among what that alarm hears.
 *
 * @param it.noGo name of that alarm
 * @throws Problem when AWS does not say
 */
export async function alarmTroubles(
  { region, noGo }: { readonly region: string; readonly noGo: string },
  signal: AbortSignal,
): Promise<string[]> {
  const state = (await readAlarmStates(region, [noGo], signal))[noGo];
  if (state === "OK") return [];
  if (state === undefined) return [`there is no alarm ${noGo}, so nobody would hear that what serves is not well`];
  return [state === "ALARM" ? `${noGo} fires` : `${noGo} has no state yet (${state})`];
}

/** The state of alarms by their names, without those that are not there. @throws Problem when AWS does not say */
export async function readAlarmStates(
  region: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const client = alarmsClient(region);
  const asked = {
    doing: "tell the state of the alarms",
    where: `CloudWatch, ${region}`,
    untouched: "Nothing was changed.",
  };
  try {
    return await ask(asked, () => alarmStates(client, names, signal));
  } finally {
    client.destroy();
  }
}
