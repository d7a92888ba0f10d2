import { Cloud } from "./cloud.ts";

const group = (name: string) =>
  `arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/prod-${name}/0123456789abcdef`;
export const listener = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/prod/1/2";
export const services = ["api", "web"].map((service) => ({
  service,
  blue: group(`blue-${service}`),
  green: group(`green-${service}`),
}));
export const parameter = "/greenlight/prod/rollback";

/** What a switch from v1 in blue to v2 in green recorded. */
export const armed = {
  armed: true,
  version: "v2",
  leaves: "green",
  returnsTo: "blue",
  returnsToVersion: "v1",
  alarm: "prod-green-no-go",
  forMs: 3_600_000,
  switched: true,
};

/** What the function is told of the stack. */
export const facts = {
  stack: "prod",
  listener,
  services,
  parameter,
  topic: "arn:aws:sns:eu-central-1:123456789012:prod-release-alarms",
};

/** The event of an alarm that fires. */
export const alarm = (over: object = {}, at = new Date()) => ({
  version: "0",
  source: "aws.cloudwatch",
  "detail-type": "CloudWatch Alarm State Change",
  detail: {
    alarmName: armed.alarm,
    state: { value: "ALARM", reason: "ordered", timestamp: at.toISOString().replace("Z", "+0000") },
    ...over,
  },
});

/** Two services that were switched from blue to green, behind answers of ours. */
export class SwitchedStack {
  readonly cloud: Cloud;
  /** What the parameter holds and when it was written, milliseconds. */
  kept: { value: string; at: number } | undefined;
  /** Blue's share of each service. */
  shares: Record<string, number> = { api: 0, web: 0 };
  told: { subject: string; message: string }[] = [];
  /** Healthy targets of each service and side. */
  healthy = 2;

  private constructor(cloud: Cloud) {
    this.cloud = cloud;
    cloud.answers("GetParameter", () =>
      this.kept === undefined
        ? { error: "ParameterNotFound" }
        : { Parameter: { Name: parameter, Value: this.kept.value, LastModifiedDate: this.kept.at / 1_000 } },
    );
    cloud.answers("PutParameter", ({ Value }) => {
      this.kept = { value: String(Value), at: Date.now() };
      return { Version: 1 };
    });
    cloud.answers("DeleteParameter", () => {
      this.kept = undefined;
      return {};
    });
    cloud.answers("DescribeRules", () => ({
      Rules: services.map(({ service, blue, green }) => ({
        RuleArn: `arn:rule/${service}`,
        Actions: [
          {
            Type: "forward",
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn: blue, Weight: this.shares[service] },
                { TargetGroupArn: green, Weight: 100 - (this.shares[service] ?? 0) },
              ],
            },
          },
        ],
      })),
    }));
    cloud.answers("DescribeTargetHealth", () => ({
      TargetHealthDescriptions: Array.from({ length: this.healthy }, (_, at) => ({
        Target: { Id: `10.0.0.${at}` },
        TargetHealth: { State: "healthy" },
      })),
    }));
    cloud.answers("ModifyRule", (asked) => {
      this.shares[String(asked.RuleArn).split("/")[1] ?? ""] = Number(
        asked["Actions.member.1.ForwardConfig.TargetGroups.member.1.Weight"],
      );
      return {};
    });
    cloud.answers("Publish", ({ Subject, Message }) => {
      this.told.push({ subject: String(Subject), message: String(Message) });
      return { MessageId: "1" };
    });
    cloud.answers("DescribeAlarms", {
      MetricAlarms: [],
      CompositeAlarms: [{ AlarmName: armed.alarm, StateValue: "OK" }],
    });
  }

  static async start(): Promise<SwitchedStack> {
    const stack = new SwitchedStack(await Cloud.start());
    process.env.AWS_REGION = "eu-central-1";
    return stack;
  }

  async end(): Promise<void> {
    delete process.env.AWS_REGION;
    await this.cloud.end();
  }

  /** @param at when it was written; a minute ago */
  keep(record: object, at = Date.now() - 60_000): void {
    this.kept = { value: JSON.stringify(record), at };
  }

  record() {
    return JSON.parse(this.kept?.value ?? "null");
  }

  moves(): string[] {
    return this.cloud.operations().filter((it) => it === "ModifyRule");
  }
}
