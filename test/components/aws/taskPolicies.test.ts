import { describe, expect, it } from "vitest";
import {
  ecrRepository,
  executionPolicy,
  type PolicyDocument,
  taskTrust,
  topicKeyPolicy,
  topicPolicy,
} from "../../../components/aws/taskPolicies.ts";
import { image } from "./shop.ts";

const needs = {
  account: "123456789012",
  region: "eu-central-1",
  image: image("api", "v1"),
  logGroup: "/greenlight/prod-blue-api",
  secrets: [
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/database-AbCdEf",
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/database-AbCdEf:password::",
  ],
};

const statement = ({ Statement }: PolicyDocument, sid: string) => Statement.find(({ Sid }) => Sid === sid);

describe("what ECS may do to start a task", () => {
  const policy = executionPolicy(needs);

  it("is to fetch the service's own image", () => {
    expect(statement(policy, "FetchImage")?.Resource).toBe("arn:aws:ecr:eu-central-1:123456789012:repository/shop/api");
  });

  it("is to write the service's own log", () => {
    expect(statement(policy, "WriteLog")?.Resource).toBe(
      "arn:aws:logs:eu-central-1:123456789012:log-group:/greenlight/prod-blue-api:log-stream:*",
    );
  });

  it("is to read the secrets that its variables name, each once and without the key inside it", () => {
    expect(statement(policy, "ReadSecrets")).toMatchObject({
      Action: "secretsmanager:GetSecretValue",
      Resource: ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/database-AbCdEf"],
    });
  });

  it("is no right to secrets where it needs none, and none to a registry that is not Amazon's", () => {
    const least = executionPolicy({ ...needs, secrets: [], image: `registry.example/api@sha256:${"a".repeat(64)}` });
    expect(least.Statement.map(({ Sid }) => Sid)).toEqual(["WriteLog"]);
  });

  it("has a resource of all only for the one action that knows no other", () => {
    const wide = policy.Statement.filter(({ Resource }) => Resource === "*");
    expect(wide.map(({ Action }) => Action)).toEqual(["ecr:GetAuthorizationToken"]);
    for (const { Action } of policy.Statement) expect([Action].flat().join()).not.toContain("*");
  });

  it("speaks of the partition of its region", () => {
    const { Statement } = executionPolicy({ ...needs, region: "cn-north-1" });
    expect(JSON.stringify(Statement)).toContain("arn:aws-cn:logs:cn-north-1");
  });
});

it("knows the repository of an image of Amazon's registry, with and without a tag before the digest", () => {
  const digest = `@sha256:${"0".repeat(64)}`;
  const repository = "arn:aws:ecr:us-east-1:123456789012:repository/team/api";
  expect(ecrRepository(`123456789012.dkr.ecr.us-east-1.amazonaws.com/team/api${digest}`, "aws")).toBe(repository);
  expect(ecrRepository(`123456789012.dkr.ecr.us-east-1.amazonaws.com/team/api:v1${digest}`, "aws")).toBe(repository);
  expect(ecrRepository(`docker.io/library/nginx${digest}`, "aws")).toBeUndefined();
});

it("lets nobody take a task's roles but ECS tasks of the account", () => {
  expect(taskTrust("123456789012").Statement).toEqual([
    {
      Sid: "TasksOfThisAccount",
      Effect: "Allow",
      Principal: { Service: "ecs-tasks.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    },
  ]);
});

it("lets CloudWatch publish alarms of the account, and use the topic's key for it", () => {
  const topic = topicPolicy("123456789012", "arn:topic");
  expect(topic.Statement).toHaveLength(1);
  expect(topic.Statement[0]).toMatchObject({
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: "sns:Publish",
    Resource: "arn:topic",
  });
  const key = topicKeyPolicy("123456789012", "eu-central-1");
  expect(statement(key, "AlarmsOfThisAccount")).toMatchObject({
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
  });
  expect(statement(key, "AdministeredByAccount")?.Principal).toEqual({ AWS: "arn:aws:iam::123456789012:root" });
});
