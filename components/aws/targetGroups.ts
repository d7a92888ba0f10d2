import type { EnvironmentName } from "../../release/environment.ts";
import * as pulumi from "../pulumi.ts";
import { ruleConditions } from "./forwarding.ts";
import { physicalName } from "./physicalName.ts";
import { AwsResource } from "./resource.ts";

/** What the load balancer needs to know of a service. */
export interface TargetGroupService {
  hosts: string[];
  paths?: string[];
  priority: number;
  /** Path asked by the health check, and the status of a good answer. */
  health: { path: string; status: number };
  /** Seconds that a target which leaves may finish its requests. */
  drainSeconds: number;
}

export interface TargetGroupsArgs {
  stack: string;
  vpc: pulumi.Input<string>;
  environment: EnvironmentName;
  /** ARN of the environment's own listener. */
  testListener: pulumi.Input<string>;
  /** By name. */
  services: Record<string, TargetGroupService>;
}

/**
 * Where an environment's tasks are reached: a target group for each service, and its rule on the environment's own listener. They are
 * there while the environment is empty too, so that a switch changes weights and nothing else.
 */
export class TargetGroups extends pulumi.ComponentResource {
  /** ARN by service. */
  readonly arns: Record<string, pulumi.Output<string>>;
  /** What CloudWatch calls them, by service. */
  readonly metricNames: Record<string, pulumi.Output<string>>;

  constructor(name: string, args: TargetGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:TargetGroups", name, { environment: args.environment }, opts);
    this.arns = {};
    this.metricNames = {};
    for (const [service, it] of Object.entries(args.services)) {
      const group = new AwsResource(
        "aws:lb/targetGroup:TargetGroup",
        `${name}-${service}`,
        {
          name: physicalName("targetGroup", args.stack, args.environment, service),
          // Tasks register with the ports they have. A port of the group's own could not change without a new group of the same name.
          port: 80,
          protocol: "HTTP",
          targetType: "ip",
          vpcId: args.vpc,
          deregistrationDelay: it.drainSeconds,
          healthCheck: {
            path: it.health.path,
            matcher: String(it.health.status),
            port: "traffic-port",
            protocol: "HTTP",
            interval: 10,
            timeout: 5,
            healthyThreshold: 2,
            unhealthyThreshold: 2,
          },
        },
        { parent: this },
        ["arn", "arnSuffix"],
      );
      new AwsResource(
        "aws:lb/listenerRule:ListenerRule",
        `${name}-${service}-test`,
        {
          listenerArn: args.testListener,
          priority: it.priority,
          conditions: ruleConditions(it.hosts, it.paths),
          actions: [{ type: "forward", targetGroupArn: group.out("arn") }],
        },
        { parent: this },
      );
      this.arns[service] = group.out("arn");
      this.metricNames[service] = group.out("arnSuffix");
    }
    this.registerOutputs({ arns: this.arns });
  }
}
