import { partitionOf, secretOf } from "./arn.ts";

/** A policy document of IAM. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal?: { readonly Service?: string; readonly AWS?: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export function policy(...statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** Who may take a task's roles: ECS tasks of this account, and no other account's through the same service. */
export function taskTrust(account: string): PolicyDocument {
  return policy({
    Sid: "TasksOfThisAccount",
    Effect: "Allow",
    Principal: { Service: "ecs-tasks.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "aws:SourceAccount": account } },
  });
}

export interface ExecutionNeeds {
  readonly account: string;
  readonly region: string;
  /** With its digest. */
  readonly image: string;
  readonly logGroup: string;
  /** ARNs that the container's variables are filled from. */
  readonly secrets: readonly string[];
}

/** What ECS itself may do to start a task: fetch this image, write this log, read these secrets. */
export function executionPolicy({ account, region, image, logGroup, secrets }: ExecutionNeeds): PolicyDocument {
  const partition = partitionOf(region);
  const repository = ecrRepository(image, partition);
  const read = [...new Set(secrets.map(secretOf))];
  return policy(
    ...(repository === undefined
      ? []
      : ([
          {
            // The action knows no resources: AWS takes it for all or for none.
            Sid: "LogInToRegistry",
            Effect: "Allow",
            Action: "ecr:GetAuthorizationToken",
            Resource: "*",
          },
          {
            Sid: "FetchImage",
            Effect: "Allow",
            Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            Resource: repository,
          },
        ] as const)),
    {
      Sid: "WriteLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `arn:${partition}:logs:${region}:${account}:log-group:${logGroup}:log-stream:*`,
    },
    ...(read.length === 0
      ? []
      : ([{ Sid: "ReadSecrets", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: read }] as const)),
  );
}

/** What a task may do that is told of the stack's own database: read its user and password anew, for RDS changes them. */
export function ownSecretPolicy(secret: string): PolicyDocument {
  return policy({
    Sid: "ReadDatabaseSecret",
    Effect: "Allow",
    Action: "secretsmanager:GetSecretValue",
    Resource: secret,
  });
}

/** The ARN of an image's repository when it is one of Amazon's own registry; other registries need no right of AWS. */
export function ecrRepository(image: string, partition: string): string | undefined {
  const found = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9._/-]+?)(?::[^@/]+)?@/.exec(image);
  return found === null ? undefined : `arn:${partition}:ecr:${found[2]}:${found[1]}:repository/${found[3]}`;
}

/** Who may publish to the topic of the alarms: CloudWatch, for alarms of this account. */
export function topicPolicy(account: string, topicArn: string): PolicyDocument {
  return policy({
    Sid: "AlarmsOfThisAccount",
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: "sns:Publish",
    Resource: topicArn,
    Condition: { StringEquals: { "aws:SourceAccount": account } },
  });
}

/**
 * The policy of the topic's key. CloudWatch cannot use the key that SNS has by itself: alarms would fire and nobody would hear.
 * In a key's policy `*` is this key, and the account's own administration of it is what keeps it from being locked out.
 */
export function topicKeyPolicy(account: string, region: string): PolicyDocument {
  return policy(
    {
      Sid: "AdministeredByAccount",
      Effect: "Allow",
      Principal: { AWS: `arn:${partitionOf(region)}:iam::${account}:root` },
      Action: "kms:*",
      Resource: "*",
    },
    {
      Sid: "AlarmsOfThisAccount",
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    },
  );
}
