import { type EnvironmentName, environmentNames, type Weights } from "../../release/environment.ts";
import type { GateProof } from "../../release/gateProof.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { ruleConditions, testersCondition, testersPriorities, weightedForward } from "./forwarding.ts";
import { AwsResource } from "./resource.ts";

/** A service whose traffic is switched. */
export interface SwitchedService {
  hosts: string[];
  paths?: string[];
  priority: number;
  /** The first of the places of its rules for testers; needed with `testers`. */
  testersPriority?: number;
  /** ARN of its target group in each environment. */
  targetGroups: { blue: pulumi.Input<string>; green: pulumi.Input<string> };
  /** Targets that each side's share of the traffic takes, where that is less than all (rolling). */
  needed?: Readonly<Record<EnvironmentName, number>>;
}

/** Services whose number of tasks is the load's. */
export interface ScaledTasks {
  cluster: pulumi.Input<string>;
  /** Name of each service in ECS, by environment. */
  services: { service: string; blue: string; green: string }[];
  /** How long the tasks that are missing may take. */
  deadlineMs: number;
  /** What must be there before they are counted. */
  after: pulumi.Resource[];
}

export interface TrafficSwitchArgs {
  region: string;
  /** ARN of the listener that users reach. */
  listener: pulumi.Input<string>;
  /** By name. They switch one after the other, in this order, and go back in the same. */
  services: Record<string, SwitchedService>;
  /** Shares of users' traffic in percent. */
  weights: Weights;
  /** How long a user stays with the version that answered first, while traffic is shared; left out, not at all. */
  stickySeconds?: number;
  /** The header by which testers ask for an environment; left out, there is none. */
  testers?: { header: string };
  versions: { blue?: string; green?: string };
  /** Proofs of the gates; an environment without them gets no traffic. */
  proofs: pulumi.Input<GateProof[]>;
  gates: { intervalMs: number; deadlineMs: number };
  /** Where services scale by load: what runs in each environment, to be of one size before traffic moves. */
  scaled?: ScaledTasks;
  /** Makes what must be there when the gate has passed and before the first rule moves. */
  beforeRules?: (gate: pulumi.Resource) => pulumi.Resource;
}

/** Which environment serves: the weights of each service's rule, after a gate and before a reading back. */
export class TrafficSwitch extends pulumi.ComponentResource {
  /** Weights that the rules were read to have. */
  readonly serving: pulumi.Output<Weights>;
  /** ISO time at which traffic was read to be there. */
  readonly readAt: pulumi.Output<string>;
  /** ARN of each service's rule. */
  readonly rules: pulumi.Output<string>[];

  constructor(name: string, args: TrafficSwitchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:TrafficSwitch", name, { services: Object.keys(args.services) }, opts);
    const all = Object.entries(args.services);
    const common = {
      region: args.region,
      listener: args.listener,
      services: all.map(([service, { targetGroups }]) => ({ service, ...targetGroups })),
      weights: args.weights,
      ...args.gates,
    };
    const matched = this.#match(name, args);
    const gate = new GreenlightResource<{ passedAt: string }>(
      "greenlight:aws:SwitchGate",
      `${name}-gate`,
      {
        ...common,
        services: common.services.map((it) => ({ ...it, ...neededOf(args.services[it.service]) })),
        versions: args.versions,
        proofs: args.proofs,
        requires: ["health", "smoke"],
      },
      ["passedAt"],
      { parent: this, dependsOn: matched },
    );
    this.rules = [];
    let before = args.beforeRules?.(gate) ?? gate;
    for (const [service, { hosts, paths, priority, targetGroups }] of all) {
      const rule = new AwsResource(
        "aws:lb/listenerRule:ListenerRule",
        `${name}-${service}`,
        {
          listenerArn: args.listener,
          priority,
          conditions: ruleConditions(hosts, paths),
          actions: weightedForward(targetGroups, args.weights, args.stickySeconds),
        },
        { parent: this, dependsOn: [gate, before] },
        ["arn"],
      );
      this.rules.push(rule.out("arn"));
      before = rule;
    }
    this.#testers(name, args, gate);
    const readBack = new GreenlightResource<{ serving: Weights; readAt: string }>(
      "greenlight:aws:TrafficReadBack",
      `${name}-read-back`,
      common,
      ["serving", "readAt"],
      { parent: this, dependsOn: [before] },
    );
    this.serving = readBack.out("serving");
    this.readAt = readBack.out("readAt");
    this.registerOutputs({ serving: this.serving });
  }

  /** A rule for testers of each service and environment with a version. No switch touches them, and none waits for them. */
  #testers(name: string, { listener, services, versions, testers }: TrafficSwitchArgs, gate: pulumi.Resource): void {
    if (testers === undefined) return;
    for (const [service, { hosts, paths, testersPriority, targetGroups }] of Object.entries(services)) {
      if (testersPriority === undefined) throw new RangeError(`The testers of ${service} have no priority.`);
      for (const environment of environmentNames.filter((side) => versions[side] !== undefined)) {
        new AwsResource(
          "aws:lb/listenerRule:ListenerRule",
          `${name}-${service}-testers-${environment}`,
          {
            listenerArn: listener,
            priority: testersPriorities(testersPriority)[environment],
            conditions: [...ruleConditions(hosts, paths), testersCondition(testers.header, environment)],
            actions: [{ type: "forward", targetGroupArn: targetGroups[environment] }],
          },
          { parent: this, dependsOn: [gate] },
        );
      }
    }
  }

  #match(name: string, args: TrafficSwitchArgs): pulumi.Resource[] {
    const { region, listener, weights, gates, scaled } = args;
    if (scaled === undefined) return [];
    const { cluster, deadlineMs, after } = scaled;
    const { intervalMs } = gates;
    const services = scaled.services.map((it) => ({ ...it, targetGroups: args.services[it.service]?.targetGroups }));
    return [
      new GreenlightResource<{ matchedAt: string }>(
        "greenlight:aws:TasksMatched",
        `${name}-tasks`,
        { region, listener, cluster, services, weights, intervalMs, deadlineMs },
        ["matchedAt"],
        { parent: this, dependsOn: after },
      ),
    ];
  }
}

function neededOf(service: SwitchedService | undefined) {
  return service?.needed === undefined ? {} : { needed: service.needed };
}
