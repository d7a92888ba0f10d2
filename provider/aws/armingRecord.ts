import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import { readRecord, recordText } from "../../lambda/rollback/record.ts";
import type { Arming } from "../../release/automaticRollback/arming.ts";
import type { ReadArming } from "../../release/automaticRollback/decision.ts";

/** What the parameter says, with the time at which AWS took it, 0 where it does not tell; undefined where there is none, or it holds no record. */
export async function readArming(
  client: SSMClient,
  Name: string,
  abortSignal: AbortSignal,
): Promise<ReadArming | undefined> {
  try {
    const { Parameter: it } = await client.send(new GetParameterCommand({ Name }), { abortSignal });
    const arming = readRecord(it?.Value ?? "");
    return arming === undefined ? undefined : { arming, at: it?.LastModifiedDate?.getTime() ?? 0 };
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  }
}

/** Puts a record in the place of the one before, in one step. */
export async function writeArming(
  client: SSMClient,
  Name: string,
  arming: Arming,
  abortSignal: AbortSignal,
): Promise<void> {
  const request = new PutParameterCommand({
    Name,
    Value: recordText(arming),
    Type: "String",
    Overwrite: true,
    Description: "Greenlight: whether traffic goes back by itself when the no-go alarm fires",
  });
  await client.send(request, { abortSignal });
}

/** A record that is gone already is as good as removed. */
export async function removeArming(client: SSMClient, Name: string, abortSignal: AbortSignal): Promise<void> {
  try {
    await client.send(new DeleteParameterCommand({ Name }), { abortSignal });
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
  }
}
