import * as pulumi from "../pulumi.ts";
import { listenerPorts } from "./forwarding.ts";
import { physicalName } from "./physicalName.ts";
import { AwsResource } from "./resource.ts";

export interface LoadBalancerArgs {
  stack: string;
  /** In two zones or more. */
  subnets: pulumi.Input<string>[];
  securityGroup: pulumi.Input<string>;
  /** ARN of the certificate of all its listeners. */
  certificate: string;
  /** Whether it has addresses inside the VPC only. */
  internal: boolean;
  /** ARN of the web ACL that judges every request to it. */
  waf?: string;
}

/** Nothing older than TLS 1.2. Source: AWS, "Security policies for your Application Load Balancer". */
const sslPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/** An application load balancer with one listener for users and one for the tests of each environment. */
export class LoadBalancer extends pulumi.ComponentResource {
  /** ARN of the listener that users reach. */
  readonly listener: pulumi.Output<string>;
  /** ARN of each environment's own listener. */
  readonly tests: { readonly blue: pulumi.Output<string>; readonly green: pulumi.Output<string> };
  /** What CloudWatch calls it. */
  readonly metricName: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:LoadBalancer", name, { internal: args.internal }, opts);
    const balancer = new AwsResource(
      "aws:lb/loadBalancer:LoadBalancer",
      name,
      {
        name: physicalName("loadBalancer", args.stack),
        loadBalancerType: "application",
        internal: args.internal,
        subnets: args.subnets,
        securityGroups: [args.securityGroup],
        enableDeletionProtection: true,
        dropInvalidHeaderFields: true,
      },
      { parent: this },
      ["arn", "arnSuffix", "dnsName"],
    );
    const judged =
      args.waf === undefined
        ? []
        : [
            new AwsResource(
              "aws:wafv2/webAclAssociation:WebAclAssociation",
              `${name}-waf`,
              { resourceArn: balancer.out("arn"), webAclArn: args.waf },
              // A load balancer has one web ACL: an old association that goes last would take the new one with it.
              { parent: this, deleteBeforeReplace: true },
            ),
          ];
    const listener = (of: keyof typeof listenerPorts) =>
      new AwsResource(
        "aws:lb/listener:Listener",
        `${name}-${of}`,
        {
          loadBalancerArn: balancer.out("arn"),
          port: listenerPorts[of],
          protocol: "HTTPS",
          certificateArn: args.certificate,
          sslPolicy,
          // What no rule knows is answered by nobody's service.
          defaultActions: [
            {
              type: "fixed-response",
              fixedResponse: { contentType: "text/plain", statusCode: "404", messageBody: "Not found" },
            },
          ],
        },
        // No request comes in that the web ACL would not see.
        { parent: this, dependsOn: judged },
        ["arn"],
      ).out("arn");
    this.listener = listener("users");
    this.tests = { blue: listener("blue"), green: listener("green") };
    this.metricName = balancer.out("arnSuffix");
    this.dnsName = balancer.out("dnsName");
    this.registerOutputs({ listener: this.listener, dnsName: this.dnsName });
  }
}
