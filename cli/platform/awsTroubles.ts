import type { AwsWatchFacts } from "../../components/aws/watching.ts";
import { alarmStates } from "../../provider/aws/alarmStates.ts";
import { ask } from "../../provider/aws/awsProblem.ts";
import { alarmsClient } from "../../provider/aws/clients.ts";

/**
 * Why no release may begin beside an environment that serves: its no-go alarm fires, has no state, or is not there. The database is
 * among what that alarm hears.
 *
 * @throws Problem when AWS does not say
 */
export async function alarmTroubles({ region, noGo }: AwsWatchFacts, signal: AbortSignal): Promise<string[]> {
  const client = alarmsClient(region);
  const asked = {
    doing: "tell the state of the alarms",
    where: `CloudWatch, ${region}`,
    untouched: "Nothing was changed.",
  };
  try {
    const state = (await ask(asked, () => alarmStates(client, [noGo], signal)))[noGo];
    if (state === "OK") return [];
    if (state === undefined) return [`there is no alarm ${noGo}, so nobody would hear that what serves is not well`];
    return [state === "ALARM" ? `${noGo} fires` : `${noGo} has no state yet (${state})`];
  } finally {
    client.destroy();
  }
}
