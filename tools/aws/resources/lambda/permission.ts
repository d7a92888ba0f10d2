import { AddPermissionCommand, GetPolicyCommand, LambdaClient, RemovePermissionCommand } from "@aws-sdk/client-lambda";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  statementId: z
    .string()
    .regex(/^[\w-]{1,100}$/, "statementId must be up to 100 letters, digits, hyphens and underscores")
    .optional(),
  function: z.string(),
  action: z.string(),
  principal: z.string(),
  sourceArn: z.string().optional(),
  sourceAccount: z.string().optional(),
  qualifier: z.string().optional(),
});

const statements = z.looseObject({
  Statement: z.array(
    z.looseObject({
      Sid: z.string(),
      Action: z.string(),
      Principal: z.union([z.string(), z.looseObject({ Service: z.string().optional(), AWS: z.string().optional() })]),
      Condition: z
        .looseObject({
          ArnLike: z.record(z.string(), z.string()).optional(),
          StringEquals: z.record(z.string(), z.string()).optional(),
        })
        .optional(),
    }),
  ),
});

/** Who may call a function; its id is the statement's. */
export const permission = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["statementId", "function", "action", "principal", "sourceArn", "sourceAccount", "qualifier"],
  autoName: { property: "statementId", longest: 100 },
  async create({ aws }, it) {
    await aws.client(LambdaClient).send(
      new AddPermissionCommand({
        FunctionName: it.function,
        StatementId: it.statementId,
        Action: it.action,
        Principal: it.principal,
        SourceArn: it.sourceArn,
        SourceAccount: it.sourceAccount,
        Qualifier: it.qualifier,
      }),
    );
    return it.statementId ?? "";
  },
  async read({ aws }, id, state) {
    const request = new GetPolicyCommand({ FunctionName: String(state.function), ...qualifier(state.qualifier) });
    const answer = await orGone(aws.client(LambdaClient).send(request), "ResourceNotFoundException");
    if (answer?.Policy === undefined) return undefined;
    const found = statements.parse(JSON.parse(answer.Policy)).Statement.find(({ Sid: sid }) => sid === id);
    if (found === undefined) return undefined;
    const who = found.Principal;
    return {
      statementId: id,
      function: state.function,
      action: found.Action,
      principal: typeof who === "string" ? who : (who.Service ?? who.AWS),
      sourceArn: found.Condition?.ArnLike?.["AWS:SourceArn"],
      sourceAccount: found.Condition?.StringEquals?.["AWS:SourceAccount"],
      qualifier: state.qualifier,
    };
  },
  async delete({ aws }, id, state) {
    const request = new RemovePermissionCommand({
      FunctionName: String(state.function),
      StatementId: id,
      ...qualifier(state.qualifier),
    });
    await orGone(aws.client(LambdaClient).send(request), "ResourceNotFoundException");
  },
});

function qualifier(value: unknown) {
  return typeof value === "string" ? { Qualifier: value } : {};
}
