import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fits } from "../../../tools/aws/simulator/events.ts";
import { region, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
  await made();
});
afterAll(async () => await world?.stop());

const program = `
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
export const handler = async (event) => {
  if (event.detail.state.reason === "breaks") throw new Error("broken");
  await new SNSClient({}).send(new PublishCommand({ TopicArn: process.env.TOPIC, Message: event.detail.alarmName }));
  return event.detail.state.value;
};`;
const archive = {
  "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
  assets: {
    "index.mjs": { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", text: program },
  },
};
const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

/** An alarm over another, a rule on it, and a function that tells two topics, of which it may tell one. */
async function made(): Promise<void> {
  const topic = await world.make("aws:sns/topic:Topic", { name: "told" });
  await world.make("aws:sns/topic:Topic", { name: "secret" });
  const role = await world.make("aws:iam/role:Role", {
    name: "hears",
    assumeRolePolicy: document({
      Effect: "Allow",
      Principal: { Service: "lambda.amazonaws.com" },
      Action: "sts:AssumeRole",
    }),
  });
  await world.make("aws:iam/rolePolicy:RolePolicy", {
    name: "tell",
    role: "hears",
    policy: document({ Effect: "Allow", Action: "sns:Publish", Resource: topic.arn }),
  });
  const own = { role: role.arn, handler: "index.handler", runtime: "nodejs22.x", code: archive, timeout: 30 };
  for (const name of ["told", "secret"]) {
    const arn = topic.arn.replace(/told$/, name);
    const called = await world.make("aws:lambda/function:Function", {
      ...own,
      name,
      environment: { variables: { TOPIC: arn } },
    });
    const alarm = await world.make("aws:cloudwatch/metricAlarm:MetricAlarm", {
      ...{ name: `${name}-errors`, comparisonOperator: "GreaterThanThreshold", threshold: 1, evaluationPeriods: 1 },
      ...{ metricName: "Errors", namespace: "Shop", period: 60, statistic: "Sum" },
    });
    expect(alarm.state.name).toBe(`${name}-errors`);
    await world.make("aws:cloudwatch/compositeAlarm:CompositeAlarm", {
      alarmName: `${name}-no-go`,
      alarmRule: `ALARM("${name}-errors")`,
    });
    const rule = await world.make("aws:cloudwatch/eventRule:EventRule", {
      name,
      eventPattern: JSON.stringify({
        source: ["aws.cloudwatch"],
        detail: { alarmName: [`${name}-no-go`], state: { value: ["ALARM"] } },
      }),
    });
    await world.make("aws:lambda/permission:Permission", {
      ...{ statementId: "events", function: name, action: "lambda:InvokeFunction" },
      ...{ principal: "events.amazonaws.com", sourceArn: rule.arn },
    });
    await world.make("aws:cloudwatch/eventTarget:EventTarget", { rule: name, arn: called.arn, targetId: name });
  }
}

describe.sequential("an alarm that changes its state", () => {
  beforeEach(async () => {
    for (const name of ["told", "secret"]) await world.simulator.setAlarm(`${name}-errors`, "OK", "ordered", region);
    await world.simulator.functions.idle();
    world.simulator.functions.invocations.length = 0;
    world.simulator.topics.published.length = 0;
  });

  it("calls the function of the rule that it fits: its code runs and speaks to the simulated AWS", async () => {
    await world.simulator.setAlarm("told-errors", "ALARM", "ordered", region);
    await world.simulator.functions.idle();
    expect(world.simulator.functions.invocations).toMatchObject([
      { function: "told", result: "ALARM", error: undefined },
    ]);
    expect(world.simulator.topics.published).toMatchObject([{ message: "told-no-go" }]);
  });

  it("calls nothing when the state stays, or is none that the rule names", async () => {
    await world.simulator.setAlarm("told-errors", "OK", "ordered", region);
    await world.simulator.setAlarm("told-errors", "INSUFFICIENT_DATA", "ordered", region);
    await world.simulator.functions.idle();
    expect(world.simulator.functions.invocations).toEqual([]);
  });

  it("calls a function again that failed, three times in all", async () => {
    await world.simulator.setAlarm("told-no-go", "ALARM", "breaks", region);
    await world.simulator.functions.idle();
    expect(world.simulator.functions.invocations.map(({ error }) => error?.split("\n")[0])).toEqual(
      Array(3).fill("Error: broken"),
    );
  });

  it("lets a function do what its role allows and no more", async () => {
    await world.simulator.setAlarm("secret-errors", "ALARM", "ordered", region);
    await world.simulator.functions.idle();
    expect(world.simulator.functions.invocations[0]?.error).toContain("is not authorized to perform: sns:Publish");
    expect(world.simulator.topics.published).toEqual([]);
  });
});

describe("a pattern of events", () => {
  it("fits an event with one of the values of every key, and refuses what is compared in another way", () => {
    const event = { source: "aws.cloudwatch", detail: { alarmName: "a", resources: ["x", "y"] } };
    expect(fits({ source: ["aws.cloudwatch"], detail: { alarmName: ["b", "a"], resources: ["y"] } }, event)).toBe(true);
    expect(fits({ detail: { alarmName: ["b"] } }, event)).toBe(false);
    expect(fits({ account: ["1"] }, event)).toBe(false);
    expect(() => fits({ source: [{ prefix: "aws." }] }, event)).toThrow("by values only");
  });
});
