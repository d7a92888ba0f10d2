import { createServer } from "node:http";
import {
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Changes } from "../../../tools/aws/simulator/changes.ts";
import { Remembered } from "../../../tools/aws/simulator/remembered.ts";
import { Simulator } from "../../../tools/aws/simulator/simulator.ts";
import { credentials, region } from "./world.ts";

const rules = { service: "elasticloadbalancing", action: "DescribeRules", by: () => "of one listener" };
const rule = { service: "elasticloadbalancing", action: "ModifyRule", by: () => "of one listener" };

/** What answers with how often it was asked. */
function asked() {
  let times = 0;
  return async () => {
    times += 1;
    return times;
  };
}

/** An answer that comes when it is told to. */
function held<T>() {
  let tell: (answer: T) => void = () => {};
  const answer = new Promise<T>((resolve) => {
    tell = resolve;
  });
  return { ask: () => answer, tell };
}

describe("what moto was asked", () => {
  it("is not asked again while nobody writes", async () => {
    const remembered = new Remembered(new Changes());
    const ask = asked();
    expect(await remembered.answer(rules, ask)).toBe(1);
    expect(await remembered.answer(rules, ask)).toBe(1);
    expect(await remembered.answer({ ...rules, by: () => "of another listener" }, ask)).toBe(2);
  });

  it.each([
    ["the same service", rule],
    ["another service", { service: "tagging", action: "TagResources", by: () => "" }],
    ["a service that knows only paths", { service: "lambda", action: "POST /2015-03-31/functions", by: () => "" }],
  ])("is asked again after a write to %s", async (_, write) => {
    const remembered = new Remembered(new Changes());
    const ask = asked();
    expect(await remembered.answer(rules, ask)).toBe(1);
    await remembered.answer(write, async () => "written");
    expect(await remembered.answer(rules, ask)).toBe(2);
  });

  it("is asked again after a write that failed, which may have been done all the same", async () => {
    const remembered = new Remembered(new Changes());
    const ask = asked();
    expect(await remembered.answer(rules, ask)).toBe(1);
    await expect(remembered.answer(rule, () => Promise.reject(new Error("no answer")))).rejects.toThrow("no answer");
    expect(await remembered.answer(rules, ask)).toBe(2);
  });

  it("is asked while somebody writes, and what is said then is not remembered", async () => {
    const remembered = new Remembered(new Changes());
    const ask = asked();
    expect(await remembered.answer(rules, ask)).toBe(1);
    const write = held<string>();
    const writing = remembered.answer(rule, write.ask);
    expect(await remembered.answer(rules, ask)).toBe(2);
    expect(await remembered.answer(rules, ask)).toBe(3);
    write.tell("written");
    await writing;
    expect(await remembered.answer(rules, ask)).toBe(4);
    expect(await remembered.answer(rules, ask)).toBe(4);
  });

  it("is not remembered when somebody wrote before the answer came", async () => {
    const remembered = new Remembered(new Changes());
    const early = held<number>();
    const asking = remembered.answer(rules, early.ask);
    await remembered.answer(rule, async () => "written");
    early.tell(0);
    expect(await asking).toBe(0);
    expect(await remembered.answer(rules, asked())).toBe(1);
  });

  it("is not remembered where it is a refusal, or goes on by itself when it is asked for", async () => {
    const remembered = new Remembered(new Changes());
    const ask = asked();
    const refused = () => remembered.answer(rules, ask, () => false);
    expect([await refused(), await refused()]).toEqual([1, 2]);
    const balancers = () => remembered.answer({ ...rules, action: "DescribeLoadBalancers" }, ask);
    expect([await balancers(), await balancers()]).toEqual([3, 4]);
  });

  it("stays remembered when a task's lines are written, and nobody is told of them", async () => {
    const changes = new Changes();
    const remembered = new Remembered(changes);
    const ask = asked();
    expect(await remembered.answer(rules, ask)).toBe(1);
    await remembered.answer({ service: "logs", action: "PutLogEvents", by: () => "" }, async () => "written");
    expect(await remembered.answer(rules, ask)).toBe(1);
    expect(changes.count).toBe(0);
  });

  it("is told to who follows when it was written, and not when it was only asked", async () => {
    const changes = new Changes();
    const remembered = new Remembered(changes);
    await remembered.answer(rules, asked());
    expect(changes.count).toBe(0);
    await remembered.answer(rule, async () => "written");
    expect(changes.count).toBe(1);
  });
});

describe.sequential("the simulator", () => {
  const group = "<member><TargetGroupArn>blue</TargetGroupArn><Weight>1</Weight></member>";
  const forward = `<ForwardConfig><TargetGroups>${group}</TargetGroups></ForwardConfig>`;
  const users = `<Rules><member><Actions><member><Type>forward</Type>${forward}</member></Actions></member></Rules>`;
  const got: string[] = [];
  const moto = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const action = new URLSearchParams(Buffer.concat(chunks).toString()).get("Action") ?? "";
      got.push(action);
      response.setHeader("content-type", "text/xml");
      const list = action === "DescribeRules" ? users : "";
      response.end(`<${action}Response><${action}Result>${list}</${action}Result></${action}Response>`);
    });
  });
  let simulator: Simulator;
  let elb: ElasticLoadBalancingV2Client;

  beforeAll(async () => {
    await new Promise<void>((resolve) => moto.listen(0, "127.0.0.1", resolve));
    const at = moto.address();
    const port = typeof at === "object" && at !== null ? at.port : 0;
    simulator = await Simulator.start({ moto: `http://127.0.0.1:${port}` });
    elb = new ElasticLoadBalancingV2Client({ endpoint: simulator.endpoint, region, credentials });
  });
  afterAll(async () => {
    await simulator?.stop();
    moto.closeAllConnections();
    await new Promise((resolve) => moto.close(resolve));
  });

  it("asks moto once for what many ask it, until weights are moved by its own order", async () => {
    const ask = () => elb.send(new DescribeRulesCommand({ ListenerArn: "users" }));
    for (let times = 0; times < 3; times += 1) await ask();
    await elb.send(new DescribeTargetGroupsCommand({}));
    expect(got).toEqual(["DescribeRules", "DescribeTargetGroups"]);
    const before = simulator.changes.count;
    await simulator.moveWeights("arn:aws:elasticloadbalancing:eu-central-1:1:listener-rule/users", { blue: 5 });
    expect(simulator.changes.count).toBe(before + 1);
    got.length = 0;
    expect((await ask()).Rules).toHaveLength(1);
    expect(got).toEqual(["DescribeRules"]);
  });

  it("refuses what it was told to, also where it remembers the answer", async () => {
    const ask = () => elb.send(new DescribeRulesCommand({ ListenerArn: "users" }));
    await ask();
    simulator.fail({ kind: "deny", action: "DescribeRules", times: 1 });
    await expect(ask()).rejects.toThrow("not authorized");
    expect((await ask()).Rules).toHaveLength(1);
  });
});
