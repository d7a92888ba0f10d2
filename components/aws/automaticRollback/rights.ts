import { partitionOf } from "../arn.ts";
import { type PolicyDocument, type PolicyStatement, policy } from "../taskPolicies.ts";

/** Who may take the function's role: Lambda, for functions of this account. */
export function functionTrust(account: string): PolicyDocument {
  return policy({
    Sid: "FunctionsOfThisAccount",
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "aws:SourceAccount": account } },
  });
}

export interface RollbackNeeds {
  readonly account: string;
  readonly region: string;
  readonly logGroup: string;
  /** Name of the parameter that holds the arming, from its first slash on. */
  readonly parameter: string;
  /** ARN of the topic that is told. */
  readonly topic: string;
  /** ARN of the topic's key; left out where the topic is not the stack's own. */
  readonly key?: string;
  /** ARN of the store that names the pages which are served; left out where there are none. */
  readonly pages?: string;
}

/** What the function may do but for moving traffic and pages: see, read its record, tell the topic, write its log. */
export function rollbackPolicy({
  account,
  region,
  logGroup,
  parameter,
  topic,
  key,
  pages,
}: RollbackNeeds): PolicyDocument {
  const arn = (service: string, resource: string) =>
    `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;
  return policy(
    {
      // The actions know no resources: AWS takes them for all or for none.
      Sid: "SeeTraffic",
      Effect: "Allow",
      Action: ["elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTargetHealth"],
      Resource: "*",
    },
    { Sid: "ReadRecord", Effect: "Allow", Action: "ssm:GetParameter", Resource: arn("ssm", `parameter${parameter}`) },
    { Sid: "TellTopic", Effect: "Allow", Action: "sns:Publish", Resource: topic },
    {
      // Which key a topic that was there before is encrypted with is not known here: any of this account, through SNS alone.
      Sid: "EncryptMessages",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: key ?? arn("kms", "key/*"),
      Condition: { StringEquals: { "kms:ViaService": `sns.${region}.amazonaws.com` } },
    },
    {
      Sid: "WriteLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: arn("logs", `log-group:${logGroup}:log-stream:*`),
    },
    ...(pages === undefined ? [] : [seePages(pages)]),
  );
}

function seePages(store: string): PolicyStatement {
  const Action = ["cloudfront-keyvaluestore:DescribeKeyValueStore", "cloudfront-keyvaluestore:GetKey"];
  return { Sid: "SeePages", Effect: "Allow", Action, Resource: store };
}

/**
 * What it may change, and nothing else: the rules of the stack's services, and the keys of its own store.
 *
 * @param pages ARN of the store that names the pages which are served; left out where there are none
 */
export function moveTrafficPolicy(rules: readonly string[], pages?: string): PolicyDocument {
  return policy(
    { Sid: "MoveTraffic", Effect: "Allow", Action: "elasticloadbalancing:ModifyRule", Resource: [...rules] },
    ...(pages === undefined
      ? []
      : ([{ Sid: "MovePages", Effect: "Allow", Action: "cloudfront-keyvaluestore:PutKey", Resource: pages }] as const)),
  );
}
