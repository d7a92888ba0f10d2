import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  SetAlarmStateCommand,
  type StateValue,
} from "@aws-sdk/client-cloudwatch";
import {
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Images } from "../../containerProcess.ts";
import { answerAdmin } from "./admin.ts";
import { type Answer, Refusal, refused, refusedByS3 } from "./answers.ts";
import { BucketPolicies } from "./bucketPolicies.ts";
import type { Changes } from "./changes.ts";
import { CloudFrontParts } from "./cloudfront.ts";
import { CompositeAlarms } from "./compositeAlarms.ts";
import { Distributions } from "./distributions.ts";
import { Ecs } from "./ecs/ecs.ts";
import { Edge } from "./edge.ts";
import { Events } from "./events.ts";
import { type Fault, Faults } from "./faults.ts";
import { Figures } from "./figures.ts";
import { Functions } from "./functions.ts";
import { Inner } from "./inner.ts";
import { KeyValues } from "./keyValues.ts";
import { type ApiRequest, readRequest } from "./request.ts";
import { Restores } from "./restores.ts";
import { RoleRights } from "./roleRights.ts";
import { ScalingTags } from "./scalingTags.ts";
import { SubnetGroups } from "./subnetGroups.ts";
import { Targets } from "./targets.ts";
import { Topics } from "./topics.ts";

export interface SimulatorSettings {
  /** The moto behind it. */
  readonly moto: string;
  /** What runs on this machine in place of an image; without it no task can start. */
  readonly images?: Images;
  /** Port on loopback; default a free one. */
  readonly port?: number;
  /** How many times faster than told health checks, grace periods and deregistration delays go; default 1. */
  readonly speed?: number;
}

/**
 * The AWS that the rehearsal speaks to: moto, and in front of it what moto lacks. docs/aws-simulation.md lists what is whose.
 * It can be told to go wrong, here and over HTTP below `/_simulator/`.
 */
export class Simulator {
  readonly faults: Faults;
  readonly ecs: Ecs;
  readonly alarms: CompositeAlarms;
  readonly targets: Targets;
  readonly functions: Functions;
  readonly events: Events;
  readonly topics = new Topics();
  readonly #rights: RoleRights;
  readonly figures = new Figures();
  readonly restores: Restores;
  readonly #subnetGroups: SubnetGroups;
  readonly #scalingTags: ScalingTags;
  readonly #cloudfront = new CloudFrontParts();
  readonly #distributions = new Distributions();
  readonly #values = new KeyValues();
  readonly #bucketPolicies: BucketPolicies;
  readonly #edge: Edge;
  #edgeAddress = "";
  readonly #inner: Inner;
  readonly #server: Server;
  readonly #abort = new AbortController();
  #port = 0;

  private constructor(settings: SimulatorSettings) {
    const { speed = 1 } = settings;
    // Each target that is checked waits by it.
    setMaxListeners(0, this.#abort.signal);
    this.#inner = new Inner(settings.moto);
    this.faults = new Faults(this.changes);
    this.targets = new Targets(this.#inner, this.#abort.signal, speed);
    this.ecs = new Ecs(this.#inner, settings.images ?? (() => undefined), this.targets, speed);
    this.alarms = new CompositeAlarms(this.#inner);
    this.functions = new Functions(this.#inner, () => this.endpoint, this.#abort.signal);
    this.events = new Events(this.#inner, this.functions);
    this.#rights = new RoleRights(this.#inner);
    this.restores = new Restores(this.#inner);
    this.#subnetGroups = new SubnetGroups(this.#inner);
    this.#scalingTags = new ScalingTags(this.#inner);
    this.#bucketPolicies = new BucketPolicies(this.#inner);
    this.#edge = new Edge(this.#inner, this.#distributions, this.#cloudfront, this.#values, this.#bucketPolicies);
    this.#server = createServer((message, response) => void this.#serve(message, response));
  }

  static async start(settings: SimulatorSettings): Promise<Simulator> {
    const simulator = new Simulator(settings);
    await new Promise<void>((resolve, reject) => {
      simulator.#server.once("error", reject);
      simulator.#server.listen(settings.port ?? 0, "127.0.0.1", resolve);
    });
    simulator.#edgeAddress = await simulator.#edge.start();
    const at = simulator.#server.address();
    simulator.#port = typeof at === "object" && at !== null ? at.port : 0;
    return simulator;
  }

  /** Whatever is written, the health of targets and ordered faults are noted in it: what was answered before may be answered otherwise. */
  get changes(): Changes {
    return this.#inner.changes;
  }

  /** What AWS_ENDPOINT_URL should be. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Where users reach the distributions: over HTTP, by the name of their host. */
  get edge(): string {
    return this.#edgeAddress;
  }

  /** Ends every task and stops answering. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.functions.idle();
    await this.ecs.stop();
    await this.#edge.stop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Refuses requests until it has done so as often as said, or {@link Faults.clear} is called. */
  fail(fault: Fault): void {
    this.faults.add(fault);
  }

  /** Puts other weights on a rule, as somebody else would in the console. */
  async moveWeights(ruleArn: string, weights: Readonly<Record<string, number>>): Promise<void> {
    const elb = this.#inner.client(ElasticLoadBalancingV2Client, ruleArn.split(":")[3] ?? "");
    const { Rules: rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [ruleArn] }));
    const [action] = rules?.[0]?.Actions ?? [];
    if (action?.ForwardConfig?.TargetGroups === undefined) throw new Error(`${ruleArn} forwards to no groups.`);
    const groups = action.ForwardConfig.TargetGroups.map(({ TargetGroupArn: arn = "", Weight: weight }) => ({
      TargetGroupArn: arn,
      Weight: weights[arn] ?? weight,
    }));
    const forward = { ...action.ForwardConfig, TargetGroups: groups };
    await elb.send(
      new ModifyRuleCommand({ RuleArn: ruleArn, Actions: [{ Type: "forward", Order: 1, ForwardConfig: forward }] }),
    );
  }

  /** Puts an alarm, metric or composite, into a state; what changes with it is an event. Functions that it calls are not waited for. */
  async setAlarm(name: string, state: StateValue, reason: string, region: string): Promise<void> {
    const before = await this.alarms.states(region);
    await this.#putAlarm(name, state, reason, region);
    for (const [changed, now] of await this.alarms.states(region)) {
      const was = before.get(changed) ?? "INSUFFICIENT_DATA";
      if (was !== now) await this.events.alarmChanged(changed, now, was, reason, region);
    }
  }

  async #putAlarm(name: string, state: StateValue, reason: string, region: string): Promise<void> {
    if (this.alarms.order(name, state, reason)) return;
    const cloudwatch = this.#inner.client(CloudWatchClient, region);
    const { MetricAlarms: found } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
    if (found?.length !== 1) throw new Error(`There is no alarm ${name} in ${region}.`);
    await cloudwatch.send(new SetAlarmStateCommand({ AlarmName: name, StateValue: state, StateReason: reason }));
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer;
    if (message.url?.startsWith("/_simulator/")) answer = await answerAdmin(this, message);
    else {
      const request = await readRequest(message);
      answer = request === undefined ? unsigned : await this.#answer(request);
    }
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }

  async #answer(request: ApiRequest): Promise<Answer> {
    try {
      this.faults.strike(request);
      await this.#rights.judge(request);
      return (await this.#own(request)) ?? (await this.#motos(request));
    } catch (error) {
      const refusal =
        error instanceof Refusal ? error : new Refusal("InternalFailure", `The simulator failed: ${error}`, 500);
      return request.service === "s3" ? refusedByS3(refusal) : refused(request.protocol, refusal);
    }
  }

  async #own(request: ApiRequest): Promise<Answer | undefined> {
    switch (request.service) {
      case "ecs":
        return await this.ecs.answer(request);
      case "elasticloadbalancing":
        return await this.targets.answer(request);
      case "application-autoscaling":
        return await this.#scalingTags.answer(request);
      case "rds":
        return (await this.restores.answer(request)) ?? (await this.#subnetGroups.answer(request));
      case "cloudfront":
        return this.#distributions.answer(request) ?? this.#cloudfront.answer(request);
      case "cloudfront-keyvaluestore":
        return this.#values.answer(request);
      case "s3":
        return await this.#bucketPolicies.answer(request);
      case "lambda":
        this.functions.note(request);
        return undefined;
      case "sns":
        this.topics.note(request);
        return undefined;
      case "monitoring":
        if (request.protocol !== "json") return undefined;
        return this.figures.answer(request) ?? (await this.alarms.answer(request));
      default:
        return undefined;
    }
  }

  /** What moto does not know it answers with an error page, which no client can read: that becomes a plain refusal. */
  async #motos(request: ApiRequest): Promise<Answer> {
    const answer = await this.#inner.forward(request);
    const page = /^\s*<(!doctype html|html)/i.test(answer.body.subarray(0, 200).toString("latin1"));
    if (answer.status < 400 || !page) return answer;
    throw new Refusal(
      "NotImplemented",
      `Neither moto nor the simulator knows ${request.service}:${request.action}.`,
      501,
    );
  }
}

const unsigned: Answer = {
  status: 403,
  headers: { "content-type": "text/plain" },
  body: "The simulator answers signed requests of the AWS API, and /_simulator/.\n",
};
