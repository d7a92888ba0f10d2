import type { EnvironmentName, Weights } from "../../../release/environment.ts";
import type { Kind } from "../../../release/transition.ts";
import * as pulumi from "../../pulumi.ts";
import { GreenlightResource } from "../../resource.ts";
import { physicalName } from "../physicalName.ts";
import { AwsResource } from "../resource.ts";
import { rollbackCode } from "./functionCode.ts";
import { functionTrust, moveTrafficPolicy, rollbackPolicy } from "./rights.ts";

export interface AutomaticRollbackArgs {
  stack: string;
  account: string;
  region: string;
  /** ARN of the listener that users reach. */
  listener: pulumi.Input<string>;
  /** ARN of each service's target group by environment, in the order in which they go back. */
  targetGroups: Record<EnvironmentName, Record<string, pulumi.Input<string>>>;
  /** Name of the alarm that says no-go, by environment. */
  alarms: Record<EnvironmentName, string>;
  /** ARN of the topic that is told. */
  topic: pulumi.Input<string>;
  /** ARN of the topic's key, where the stack made it. */
  topicKey?: pulumi.Input<string>;
  /** ARN of the key-value store that names the pages which are served; left out where there are none. */
  pages?: pulumi.Input<string>;
  /** What kind of update this is, as the Release says. */
  kind: pulumi.Input<Kind | undefined>;
  /** The environment that the update calls live. */
  live: EnvironmentName;
  /** Weights that the update makes. */
  weights: Weights;
  versions: { blue?: string; green?: string };
  /** Milliseconds from the switch on. */
  forMs: number;
  /** Version that was given its go. */
  go?: string;
  gates: { intervalMs: number; deadlineMs: number };
  /** Days. */
  keepLogs: number;
}

/**
 * Takes traffic back when the no-go alarm fires in the bake of a release and nobody is there: a rule on the alarms, a function that may
 * move the stack's rules and the key of its pages and nothing else, and the record that a switch arms it by.
 */
export class AutomaticRollback extends pulumi.ComponentResource {
  readonly #name: string;
  readonly #args: AutomaticRollbackArgs;
  readonly #role: pulumi.Output<string>;
  /** What must be there for an alarm to be heard. */
  readonly #heard: readonly pulumi.Resource[];
  readonly #arming: {
    region: string;
    parameter: string;
    listener: pulumi.Input<string>;
    services: pulumi.Input<object[]>;
  };

  constructor(name: string, args: AutomaticRollbackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:AutomaticRollback", name, { alarms: args.alarms, forMs: args.forMs }, opts);
    this.#name = name;
    this.#args = args;
    const { stack, account, region, targetGroups } = args;
    const own = { parent: this };
    const services = pulumi
      .all([targetGroups.blue, targetGroups.green])
      .apply(([blue, green]) =>
        Object.keys(blue).map((service) => ({ service, blue: blue[service] ?? "", green: green[service] ?? "" })),
      );
    const called = physicalName("function", stack, "rollback");
    const logGroup = `/aws/lambda/${called}`;
    const parameter = rollbackParameter(stack);
    const log = new AwsResource(
      "aws:cloudwatch/logGroup:LogGroup",
      `${name}-log`,
      { name: logGroup, retentionInDays: args.keepLogs },
      own,
    );
    const role = new AwsResource(
      "aws:iam/role:Role",
      name,
      {
        name: physicalName("role", stack, "rollback"),
        description: `Moves traffic of ${stack} back when its no-go alarm fires`,
        assumeRolePolicy: JSON.stringify(functionTrust(account)),
      },
      own,
      ["arn", "name"],
    );
    this.#role = role.out("name");
    const rights = new AwsResource(
      "aws:iam/rolePolicy:RolePolicy",
      name,
      {
        name: "see-and-tell",
        role: role.out("name"),
        policy: pulumi.all([args.topic, args.topicKey, args.pages]).apply(([topic, key, pages]) =>
          JSON.stringify(
            rollbackPolicy({
              ...{ account, region, logGroup, parameter, topic },
              ...(key === undefined ? {} : { key }),
              ...(pages === undefined ? {} : { pages }),
            }),
          ),
        ),
      },
      own,
    );
    const moves = new AwsResource(
      "aws:lambda/function:Function",
      name,
      {
        name: called,
        description: `Moves traffic of ${stack} back when its no-go alarm fires in the bake of a release`,
        role: role.out("arn"),
        runtime: "nodejs22.x",
        handler: "index.handler",
        memorySize: 256,
        // The handler gives up before, so that it can still tell.
        timeout: 60,
        code: rollbackCode(
          pulumi.all([services, args.listener, args.topic, args.pages]).apply(([services, listener, topic, pages]) => ({
            ...{ stack, listener, services, parameter, topic },
            ...(pages === undefined ? {} : { pages }),
          })),
        ),
      },
      { ...own, dependsOn: [log, rights] },
      ["arn", "name"],
    );
    const fires = new AwsResource(
      "aws:cloudwatch/eventRule:EventRule",
      name,
      {
        name: physicalName("eventRule", stack, "no-go"),
        description: `A no-go alarm of ${stack} fires`,
        eventPattern: JSON.stringify({
          source: ["aws.cloudwatch"],
          "detail-type": ["CloudWatch Alarm State Change"],
          detail: { alarmName: [args.alarms.blue, args.alarms.green], state: { value: ["ALARM"] } },
        }),
      },
      own,
      ["arn", "name"],
    );
    const allowed = new AwsResource(
      "aws:lambda/permission:Permission",
      name,
      {
        statementId: "no-go-alarms",
        function: moves.out("name"),
        action: "lambda:InvokeFunction",
        principal: "events.amazonaws.com",
        sourceArn: fires.out("arn"),
      },
      own,
    );
    const target = new AwsResource(
      "aws:cloudwatch/eventTarget:EventTarget",
      name,
      { rule: fires.out("name"), targetId: "rollback", arn: moves.out("arn") },
      { ...own, dependsOn: [allowed] },
    );
    const unable = new AwsResource(
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      `${name}-fails`,
      {
        name: physicalName("alarm", stack, "rollback-fails"),
        alarmDescription: "The function that moves traffic back failed: nobody may have been told.",
        namespace: "AWS/Lambda",
        metricName: "Errors",
        dimensions: { FunctionName: moves.out("name") },
        statistic: "Sum",
        comparisonOperator: "GreaterThanThreshold",
        threshold: 0,
        period: 60,
        evaluationPeriods: 1,
        datapointsToAlarm: 1,
        // It runs when an alarm fires and says nothing otherwise.
        treatMissingData: "missing",
        alarmActions: [args.topic],
      },
      own,
    );
    this.#heard = [target, unable];
    this.#arming = { region, parameter, listener: args.listener, services };
    this.registerOutputs({});
  }

  /** Records what served before: after the gate of the switch, before the rules. */
  arm(gate: pulumi.Resource): pulumi.Resource {
    const { kind, live, weights, versions, alarms, forMs, go, gates } = this.#args;
    return new GreenlightResource(
      "greenlight:aws:RollbackArming",
      `${this.#name}-arming`,
      {
        ...this.#arming,
        kind,
        live,
        weights,
        versions,
        wayBack: versions.blue !== undefined && versions.green !== undefined,
        alarms,
        forMs,
        ...(go === undefined ? {} : { go }),
        ...gates,
      },
      ["arming", "serving"],
      { parent: this, dependsOn: [gate, ...this.#heard] },
    );
  }

  /** Begins the bake of what was switched to: lets the function move these rules and the pages, and counts from that time on. */
  begin(rules: pulumi.Input<string>[], readAt: pulumi.Input<string>): pulumi.Resource {
    const own = { parent: this };
    const moves = new AwsResource(
      "aws:iam/rolePolicy:RolePolicy",
      `${this.#name}-move`,
      {
        name: "move-traffic",
        role: this.#role,
        policy: pulumi
          .all([pulumi.all(rules), this.#args.pages])
          .apply(([all, pages]) => JSON.stringify(moveTrafficPolicy(all, pages))),
      },
      own,
    );
    const { region, parameter } = this.#arming;
    return new GreenlightResource(
      "greenlight:aws:RollbackBake",
      `${this.#name}-bake`,
      { region, parameter, readAt },
      ["begun"],
      { ...own, dependsOn: [moves] },
    );
  }

  /**
   * Reads the rules once more when the pages were switched: traffic that went back between its reading and theirs left them behind, for
   * the function found them where they had been.
   */
  afterPages(pages: pulumi.Resource): pulumi.Resource {
    const { weights, gates } = this.#args;
    const { region, listener, services } = this.#arming;
    return new GreenlightResource(
      "greenlight:aws:TrafficReadBack",
      `${this.#name}-with-pages`,
      { region, listener, services, weights, ...gates },
      ["serving", "readAt"],
      { parent: this, dependsOn: [pages] },
    );
  }
}

/** Name of the parameter that says whether the way back is armed. */
export function rollbackParameter(stack: string): string {
  return `/greenlight/${physicalName("parameter", stack)}/rollback`;
}
