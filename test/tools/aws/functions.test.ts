import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zipOf } from "../../../tools/aws/plugin/assets.ts";
import { type Made, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(async () => await world?.stop());

const mark = "4dabf18193072939515e22adb298388d";
const asset = (text: string) => ({ [mark]: "c44067f5952c0a294b673a41bacd8c17", hash: `of ${text}`, text });
const archive = (text: string) => ({
  [mark]: "0def7320c3a5731c473e5ecbe6d01bc7",
  hash: `of ${text}`,
  assets: { "index.mjs": asset(text) },
});
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

describe.sequential("the way back without us, as the stand-in makes it", () => {
  let role: Made;
  let lambda: Made;

  it("is a function whose code is sent as a zip, and sent again only when its content changes", async () => {
    role = await world.make("aws:iam/role:Role", { name: "way-back", assumeRolePolicy: trust });
    const inputs = {
      ...{ name: "way-back", role: role.arn, handler: "index.handler", runtime: "nodejs20.x", timeout: 30 },
      ...{
        code: archive("export const handler = 1;"),
        environment: { variables: { RULE: "arn" } },
        tags: { team: "shop" },
      },
    };
    lambda = await world.make("aws:lambda/function:Function", inputs);
    expect(lambda.state).toMatchObject({ arn: expect.stringMatching(/:function:way-back$/), memorySize: 128 });
    const moved = { ...archive("export const handler = 1;"), path: "/elsewhere" };
    expect((await lambda.diff({ ...inputs, code: moved })).changed).toEqual([]);

    const before = await sha256();
    await lambda.change({ ...inputs, code: archive("export const handler = 2;") }, "code");
    expect(await sha256()).not.toBe(before);
    await lambda.change(
      { ...lambda.inputs, environment: { variables: { RULE: "other" } }, timeout: 60 },
      "environment",
      "timeout",
    );
    await lambda.change({ ...lambda.inputs, tags: { team: "us" } }, "tags");
    await lambda.change({ ...lambda.inputs, reservedConcurrentExecutions: 1 }, "reservedConcurrentExecutions");
    expect(await lambda.diff({ ...lambda.inputs, name: "other" })).toMatchObject({ replaces: ["name"] });
  });

  it("is called by a rule on an event bus, which may call it", async () => {
    const pattern = (name: string) => JSON.stringify({ source: ["aws.cloudwatch"], detail: { alarmName: [name] } });
    const rule = await world.make("aws:cloudwatch/eventRule:EventRule", {
      name: "no-go",
      eventPattern: pattern("a"),
      tags: { team: "shop" },
    });
    await rule.change(
      { ...rule.inputs, eventPattern: pattern("b"), description: "no-go" },
      "eventPattern",
      "description",
    );
    await rule.change({ ...rule.inputs, state: "DISABLED", tags: { team: "us" } }, "state", "tags");
    const allowed = await world.make("aws:lambda/permission:Permission", {
      ...{ statementId: "events", function: "way-back", action: "lambda:InvokeFunction" },
      ...{ principal: "events.amazonaws.com", sourceArn: rule.arn },
    });
    expect(await allowed.diff({ ...allowed.inputs, sourceArn: "arn:other" })).toMatchObject({
      replaces: ["sourceArn"],
      deleteFirst: true,
    });
    const target = await world.make("aws:cloudwatch/eventTarget:EventTarget", {
      rule: "no-go",
      arn: lambda.arn,
      targetId: "way-back",
    });
    await target.change({ ...target.inputs, input: '{"why":"alarm"}' }, "input");
    for (const made of [target, allowed, rule]) await made.delete();
  });

  it("refuses a rule without a pattern or a schedule", async () => {
    const { failures } = await world.standIn.check(
      { type: "aws:cloudwatch/eventRule:EventRule", name: "never" },
      {},
      { name: "never" },
    );
    expect(failures).toEqual([{ property: "eventPattern", reason: expect.stringContaining("is needed") }]);
  });

  it("is gone, piece by piece", async () => {
    await lambda.delete();
    await role.delete();
  });
});

describe("the zip of an archive", () => {
  it("holds its files, and is the same for the same files", async () => {
    const [one, two] = [await zipOf(archive("code") as never), await zipOf(archive("code") as never)];
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(true);
    expect(new TextDecoder().decode(unzipSync(one)["index.mjs"])).toBe("code");
  });
});

async function sha256(): Promise<string | undefined> {
  const found = await new LambdaClient(world.client).send(new GetFunctionCommand({ FunctionName: "way-back" }));
  return found.Configuration?.CodeSha256;
}
