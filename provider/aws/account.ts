import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { ask } from "./awsProblem.ts";
import { identityClient } from "./clients.ts";

/**
 * Asks whose credentials these are. In another account nothing of the stack is there, which looks as if nothing had been deployed yet.
 *
 * @throws Problem for those of another account, and when AWS does not say
 */
export async function requireAccount(account: string, region: string, abortSignal: AbortSignal): Promise<void> {
  const client = identityClient(region);
  const untouched = "Nothing was changed.";
  try {
    const asked = { doing: "tell whose credentials these are", where: `STS, ${region}`, untouched };
    const { Account: theirs } = await ask(asked, () => client.send(new GetCallerIdentityCommand({}), { abortSignal }));
    if (theirs === account) return;
    throw new Problem({
      happened: `The credentials are of the account ${theirs ?? "that AWS does not name"}, and the stack is in ${account}.`,
      untouched,
      next: "set AWS_PROFILE to credentials of that account, or correct greenlight:aws.account",
      exitCode: exitCodes.usage,
    });
  } finally {
    client.destroy();
  }
}
