import { type EnvironmentName, environmentNames, type Weights } from "../../../release/environment.ts";
import type { Asked, Cloud } from "./cloud.ts";

export const groupArn = (name: string) =>
  `arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/${name}/0123456789abcdef`;

/** The load balancer `prod` of the services api and web as a cloud answers for it: its rules are what was last written. */
export class Balancer {
  readonly weights: Record<string, Weights>;
  /** Healthy targets of two, by the target group's name; two by default. */
  readonly healthy: Record<string, number> = {};
  /** Rules in the order in which they were written. */
  readonly written: string[] = [];
  readonly #cloud: Cloud;

  constructor(cloud: Cloud, live: EnvironmentName, services: readonly string[] = ["api", "web"]) {
    this.#cloud = cloud;
    const weights = { blue: live === "blue" ? 100 : 0, green: live === "green" ? 100 : 0 };
    this.weights = Object.fromEntries(services.map((service) => [service, weights]));
    cloud.answers("DescribeLoadBalancers", {
      LoadBalancers: [{ LoadBalancerArn: "arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/app/prod/0123" }],
    });
    cloud.answers("DescribeListeners", { Listeners: [{ ListenerArn: "arn:users", Port: 443 }] });
    cloud.answers("DescribeRules", (asked) => this.#rules(asked));
    cloud.answers("DescribeTargetGroups", (asked) => ({
      TargetGroups: [{ TargetGroupArn: groupArn(String(asked["Names.member.1"])) }],
    }));
    cloud.answers("DescribeTargetHealth", ({ TargetGroupArn: arn }) => {
      const name = String(arn).split("/")[1] ?? "";
      const healthy = this.healthy[name] ?? 2;
      return {
        TargetHealthDescriptions: [0, 1].map((it) => ({
          Target: { Id: `10.0.0.${it + 1}` },
          TargetHealth:
            it < healthy ? { State: "healthy" } : { State: "unhealthy", Description: "Health checks failed" },
        })),
      };
    });
    this.writes();
  }

  /** Rules are written when they are asked to; `refuse` says by which error a service's is not. */
  writes(refuse: (service: string, attempt: number) => string | undefined = () => undefined): void {
    let attempt = 0;
    this.#cloud.answers("ModifyRule", (asked) => {
      const service = String(asked.RuleArn).split("/").at(-1) ?? "";
      if (String(asked.RuleArn).includes("testers")) throw new Error(`${asked.RuleArn} is written by nobody`);
      attempt += 1;
      const error = refuse(service, attempt);
      if (error !== undefined) return { error, message: `not authorized to modify the rule of ${service}` };
      const shares = { blue: 0, green: 0 };
      for (const at of [1, 2]) {
        const key = `Actions.member.1.ForwardConfig.TargetGroups.member.${at}`;
        const name = String(asked[`${key}.TargetGroupArn`]).includes(`-blue-${service}/`) ? "blue" : "green";
        shares[name] = Number(asked[`${key}.Weight`]);
      }
      this.weights[service] = shares;
      this.written.push(service);
      return { Rules: [] };
    });
  }

  /** Testers' rules are asked before those of users, and are never written. */
  #rules(asked: Asked) {
    const only = asked["RuleArns.member.1"];
    const testers = Object.keys(this.weights).flatMap((service) =>
      environmentNames.map((side) => testersRule(service, side)),
    );
    return {
      Rules: [...testers.filter(({ RuleArn }) => only === undefined || only === RuleArn), ...this.#usersRules(only)],
    };
  }

  #usersRules(only: unknown) {
    return Object.entries(this.weights)
      .filter(([service]) => only === undefined || only === `arn:rule/${service}`)
      .map(([service, { blue, green }]) => ({
        RuleArn: `arn:rule/${service}`,
        Actions: [
          {
            Type: "forward",
            Order: 1,
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn: groupArn(`prod-blue-${service}`), Weight: blue },
                { TargetGroupArn: groupArn(`prod-green-${service}`), Weight: green },
              ],
              TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
            },
          },
        ],
      }));
  }
}

/** The rule of a service's testers who ask for a side. @param to where it leads; by default to that side */
export function testersRule(service: string, side: EnvironmentName, to = `prod-${side}-${service}`) {
  return {
    RuleArn: `arn:rule/testers-${side}/${service}`,
    Conditions: [
      { Field: "host-header", HostHeaderConfig: { Values: ["shop.example"] } },
      { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "x-environment", Values: [side] } },
    ],
    Actions: [{ Type: "forward", Order: 1, TargetGroupArn: groupArn(to) }],
  };
}
