import { type PolicyDocument, policy } from "../taskPolicies.ts";

export interface RollbackDeployment {
  /** What the deployer does to things of a service. */
  readonly changing: (service: string) => string[];
  readonly arn: (service: string, resource: string, regional?: boolean) => string;
  /** Names, or how they begin. */
  readonly function: string;
  readonly rule: string;
  readonly parameter: string;
  readonly role: string;
}

/** What a deployer needs to make the function that moves traffic back, and to arm it. */
export function rollbackDeployerPolicy({ changing, arn, ...names }: RollbackDeployment): PolicyDocument {
  return policy(
    {
      Sid: "Function",
      Effect: "Allow",
      Action: [
        ...changing("lambda"),
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetPolicy",
        "lambda:ListVersionsByFunction",
      ],
      Resource: arn("lambda", `function:${names.function}`),
    },
    {
      Sid: "FunctionLog",
      Effect: "Allow",
      Action: changing("logs"),
      Resource: arn("logs", `log-group:/aws/lambda/${names.function}`),
    },
    {
      Sid: "AlarmEvents",
      Effect: "Allow",
      Action: [...changing("events"), "events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"],
      Resource: arn("events", `rule/${names.rule}`),
    },
    {
      Sid: "Arming",
      Effect: "Allow",
      Action: ["ssm:DeleteParameter", "ssm:GetParameter", "ssm:PutParameter"],
      Resource: arn("ssm", `parameter${names.parameter}`),
    },
    {
      Sid: "HandRoleToFunction",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: arn("iam", `role/${names.role}`, false),
      Condition: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
    },
  );
}
