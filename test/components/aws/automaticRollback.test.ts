import { beforeAll, describe, expect, it } from "vitest";
import { rollbackProgram } from "../../../components/aws/automaticRollback/functionCode.ts";
import type { Recorded } from "../recorded.ts";
import { manifest, one, stack } from "./shop.ts";

const both = { blue: manifest("v1"), green: manifest("v2") };

describe("a stack that asks for the way back without us", () => {
  let resources: Recorded[];
  beforeAll(async () => {
    ({ resources } = await stack(both, { live: "green", bake: "5m", aws: { rollback: { for: "30m", go: "v9" } } }));
  });
  const json = (type: string, name: string, input: string) =>
    JSON.parse(String(one(resources, type, name).inputs[input]));

  it("hears the no-go alarm of either environment when it fires", () => {
    expect(json("cloudwatch:EventRule", "rollback", "eventPattern")).toEqual({
      source: ["aws.cloudwatch"],
      "detail-type": ["CloudWatch Alarm State Change"],
      detail: { alarmName: ["prod-blue-no-go", "prod-green-no-go"], state: { value: ["ALARM"] } },
    });
    expect(one(resources, "cloudwatch:EventTarget", "rollback").inputs).toMatchObject({ arn: "arn:Function/rollback" });
    expect(one(resources, "lambda:Permission", "rollback").inputs).toMatchObject({
      principal: "events.amazonaws.com",
      sourceArn: "arn:EventRule/rollback",
    });
  });

  it("lets the function change the services' rules and nothing else", () => {
    expect(json("iam:RolePolicy", "rollback-move", "policy").Statement).toEqual([
      {
        Sid: "MoveTraffic",
        Effect: "Allow",
        Action: "elasticloadbalancing:ModifyRule",
        Resource: ["arn:ListenerRule/traffic-api", "arn:ListenerRule/traffic-web"],
      },
    ]);
    const { Statement: others } = json("iam:RolePolicy", "rollback", "policy");
    expect(others.map(({ Action, Resource }: { Action: unknown; Resource: unknown }) => [Action, Resource])).toEqual([
      [["elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTargetHealth"], "*"],
      ["ssm:GetParameter", "arn:aws:ssm:eu-central-1:123456789012:parameter/greenlight/prod/rollback"],
      ["sns:Publish", "arn:Topic/alarms"],
      [["kms:Decrypt", "kms:GenerateDataKey*"], "arn:Key/alarms-topic"],
      [
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/prod-rollback:log-stream:*",
      ],
    ]);
    const roles = resources.filter(({ type, name }) => type === "iam:RolePolicy" && name.startsWith("rollback"));
    expect(roles).toHaveLength(2);
    expect(json("iam:Role", "rollback", "assumeRolePolicy").Statement[0]).toMatchObject({
      Principal: { Service: "lambda.amazonaws.com" },
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    });
  });

  it("records what served after the gate of the switch and before the first rule, and begins the bake after the reading back", () => {
    expect(one(resources, "aws:RollbackArming", "rollback-arming")).toMatchObject({
      inputs: {
        parameter: "/greenlight/prod/rollback",
        live: "green",
        weights: { blue: 0, green: 100 },
        versions: { blue: "v1", green: "v2" },
        wayBack: true,
        alarms: { blue: "prod-blue-no-go", green: "prod-green-no-go" },
        forMs: 1_800_000,
        go: "v9",
      },
      after: expect.arrayContaining(["aws:SwitchGate traffic-gate", "cloudwatch:EventTarget rollback"]),
    });
    // The rules wait for each other.
    expect(one(resources, "lb:ListenerRule", "traffic-api").after).toContain("aws:RollbackArming rollback-arming");
    expect(one(resources, "lb:ListenerRule", "traffic-web").after).toContain("lb:ListenerRule traffic-api");
    expect(one(resources, "aws:RollbackBake", "rollback-bake")).toMatchObject({
      inputs: { readAt: "2026-03-02T10:00:00.000Z" },
      after: expect.arrayContaining(["aws:TrafficReadBack traffic-read-back", "iam:RolePolicy rollback-move"]),
    });
  });

  it("is at work before the update itself begins to watch", () => {
    expect(one(resources, "index:BakeGate", "bake").after).toContain("aws:RollbackBake rollback-bake");
  });

  it("stands down before an environment takes a version", () => {
    expect(one(resources, "aws:RollbackStandDown", "blue-stand-down").inputs).toMatchObject({
      environment: "blue",
      version: "v1",
    });
    expect(one(resources, "aws:Environment", "blue").after).toContain("aws:RollbackStandDown blue-stand-down");
  });

  it("uploads the bundled program and the stack's own facts beside it", () => {
    const { assets } = one(resources, "lambda:Function", "rollback").inputs.code as {
      assets: Record<string, { text: string }>;
    };
    expect(Object.keys(assets)).toEqual(["index.mjs", "rollback.mjs"]);
    expect(assets["index.mjs"]?.text).toContain('"listener":"arn:Listener/load-balancer-users"');
    expect(assets["rollback.mjs"]?.text).toBe(rollbackProgram());
  });

  it("says so when the function itself fails", () => {
    expect(one(resources, "cloudwatch:MetricAlarm", "rollback-fails").inputs).toMatchObject({
      namespace: "AWS/Lambda",
      metricName: "Errors",
      treatMissingData: "missing",
      alarmActions: ["arn:Topic/alarms"],
    });
  });
});

describe("the function's program", () => {
  it("brings nothing along but its own code, and takes the SDK from Lambda's runtime", () => {
    const from = [...rollbackProgram().matchAll(/\bfrom\s*"([^"]+)"/g)].map(([, name]) => name);
    const own = from.filter(
      (name) => !/^node:|^@aws-sdk\/client-(ssm|sns|elastic-load-balancing-v2)$/.test(name ?? ""),
    );
    expect(own).toEqual([]);
    expect(rollbackProgram().length).toBeLessThan(100_000);
  });
});

describe("a stack that does not ask for it", () => {
  it("has no function, no record and no rule on alarms", async () => {
    const { resources } = await stack(both);
    expect(resources.filter(({ type }) => /Rollback|StandDown|lambda|Event/.test(type))).toEqual([]);
  });

  it("may use a topic with a key of its own, through SNS alone", async () => {
    const topic = "arn:aws:sns:eu-central-1:123456789012:team";
    const { resources } = await stack(both, { aws: { alarms: { topic }, rollback: {} } });
    const { Statement } = JSON.parse(String(one(resources, "iam:RolePolicy", "rollback").inputs.policy));
    expect(Statement[3]).toMatchObject({
      Resource: "arn:aws:kms:eu-central-1:123456789012:key/*",
      Condition: { StringEquals: { "kms:ViaService": "sns.eu-central-1.amazonaws.com" } },
    });
  });
});
