import {
  EventBridgeClient,
  ListTargetsByRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  rule: z.string(),
  arn: z.string(),
  eventBusName: z.string().default("default"),
  targetId: z.string().max(64).optional(),
  input: z.string().optional(),
  inputPath: z.string().optional(),
  roleArn: z.string().optional(),
  retryPolicy: z
    .strictObject({
      maximumEventAgeInSeconds: z.number().int().optional(),
      maximumRetryAttempts: z.number().int().optional(),
    })
    .optional(),
  deadLetterConfig: z.strictObject({ arn: z.string() }).optional(),
});
type Inputs = z.infer<typeof inputs>;

/** What a rule sends its events to; its id is `rule-target`. */
export const eventTarget = kind<Inputs>({
  inputs,
  replaceOn: ["rule", "eventBusName", "targetId"],
  autoName: { property: "targetId", longest: 64 },
  async create(step, news) {
    await put(step, news);
    return `${news.rule}-${news.targetId}`;
  },
  async read({ aws }, _id, state) {
    const request = new ListTargetsByRuleCommand({
      Rule: String(state.rule),
      EventBusName: String(state.eventBusName ?? "default"),
    });
    const answer = await orGone(aws.client(EventBridgeClient).send(request), "ResourceNotFoundException");
    const found = answer?.Targets?.find(({ Id: id }) => id === state.targetId);
    if (found === undefined) return undefined;
    const retry = found.RetryPolicy;
    return {
      rule: state.rule,
      eventBusName: state.eventBusName ?? "default",
      targetId: found.Id,
      arn: found.Arn,
      input: found.Input,
      inputPath: found.InputPath,
      roleArn: found.RoleArn,
      retryPolicy:
        retry === undefined
          ? undefined
          : {
              maximumEventAgeInSeconds: retry.MaximumEventAgeInSeconds,
              maximumRetryAttempts: retry.MaximumRetryAttempts,
            },
      deadLetterConfig: found.DeadLetterConfig === undefined ? undefined : { arn: found.DeadLetterConfig.Arn },
    };
  },
  async update(step, _id, news) {
    await put(step, news);
  },
  async delete({ aws }, _id, state) {
    const at = { Rule: String(state.rule), EventBusName: String(state.eventBusName ?? "default") };
    const request = new RemoveTargetsCommand({ ...at, Ids: [String(state.targetId)] });
    const answer = await orGone(aws.client(EventBridgeClient).send(request), "ResourceNotFoundException");
    refuseFailed(answer?.FailedEntries);
  },
});

async function put({ aws }: Step, news: Inputs): Promise<void> {
  const { retryPolicy: retry, deadLetterConfig: dead } = news;
  const { FailedEntries: failed } = await aws.client(EventBridgeClient).send(
    new PutTargetsCommand({
      Rule: news.rule,
      EventBusName: news.eventBusName,
      Targets: [
        {
          Id: news.targetId,
          Arn: news.arn,
          Input: news.input,
          InputPath: news.inputPath,
          RoleArn: news.roleArn,
          ...(retry === undefined
            ? {}
            : {
                RetryPolicy: {
                  MaximumEventAgeInSeconds: retry.maximumEventAgeInSeconds,
                  MaximumRetryAttempts: retry.maximumRetryAttempts,
                },
              }),
          ...(dead === undefined ? {} : { DeadLetterConfig: { Arn: dead.arn } }),
        },
      ],
    }),
  );
  refuseFailed(failed);
}

/** EventBridge answers with success although an entry failed. */
function refuseFailed(
  failed: readonly { ErrorCode?: string | undefined; ErrorMessage?: string | undefined }[] | undefined,
): void {
  const [first] = failed ?? [];
  if (first !== undefined)
    throw new Error(`EventBridge refused the target: ${first.ErrorMessage ?? ""} (${first.ErrorCode}).`);
}
