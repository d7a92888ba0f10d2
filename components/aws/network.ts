import * as pulumi from "../pulumi.ts";
import { listenerPorts } from "./forwarding.ts";
import { physicalName } from "./physicalName.ts";
import { AwsResource } from "./resource.ts";

export interface NetworkArgs {
  stack: string;
  vpc: pulumi.Input<string>;
  /** Ports on which the services' tasks listen. */
  ports: number[];
  /** Who reaches a load balancer of the stack's own. Left out when it is there already, with `securityGroup`. */
  open?: { users: string[]; tests: string[] };
  /** The security group of a load balancer that is there already. Either this or `open`. */
  securityGroup?: string;
  /** The database's port, and its security group: it lets the tasks in. Without one the group is made. */
  database?: { securityGroup?: string; port: number };
}

/** Who reaches whom: users the load balancer, the load balancer the tasks, the tasks the database. Nobody else reaches anything. */
export class Network extends pulumi.ComponentResource {
  readonly loadBalancerGroup: pulumi.Output<string>;
  readonly taskGroup: pulumi.Output<string>;
  /** The database's security group, where the stack has a database. */
  readonly databaseGroup: pulumi.Output<string> | undefined;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:Network", name, { vpc: args.vpc, ports: args.ports }, opts);
    if ((args.open === undefined) === (args.securityGroup === undefined)) {
      throw new Error("Network takes either open or securityGroup: leave one out.");
    }
    const group = (of: string, description: string) =>
      new AwsResource(
        "aws:ec2/securityGroup:SecurityGroup",
        `${name}-${of}`,
        { name: physicalName("securityGroup", args.stack, of), description, vpcId: args.vpc },
        { parent: this },
      ).id;
    this.taskGroup = group("tasks", `Tasks of ${args.stack}`);
    this.loadBalancerGroup =
      args.open === undefined
        ? pulumi.output(args.securityGroup ?? "")
        : group("load-balancer", `Load balancer of ${args.stack}`);

    const ports = [...new Set(args.ports)];
    for (const port of ports) {
      this.#lets(`${name}-tasks-${port}`, this.taskGroup, port, this.loadBalancerGroup, "The load balancer");
      if (args.open !== undefined) {
        this.#reaches(`${name}-load-balancer-${port}`, this.loadBalancerGroup, port, {
          referencedSecurityGroupId: this.taskGroup,
          description: "The tasks",
        });
      }
    }
    // Registry, secrets and logs are reached by their public names, unless the VPC has endpoints for them.
    this.#reaches(`${name}-tasks-https`, this.taskGroup, 443, {
      cidrIpv4: "0.0.0.0/0",
      description: "Registry, Secrets Manager, CloudWatch",
    });
    if (args.database !== undefined) {
      const { securityGroup: there, port } = args.database;
      const securityGroup = there === undefined ? group("database", `Database of ${args.stack}`) : pulumi.output(there);
      this.databaseGroup = securityGroup;
      this.#reaches(`${name}-tasks-database`, this.taskGroup, port, {
        referencedSecurityGroupId: securityGroup,
        description: "The database",
      });
      this.#lets(`${name}-database`, securityGroup, port, this.taskGroup, `Tasks of ${args.stack}`);
    }
    const { users, tests } = args.open ?? { users: [], tests: [] };
    for (const range of users) this.#opens(`${name}-users`, listenerPorts.users, range, "Users");
    for (const range of tests) {
      this.#opens(`${name}-tests-blue`, listenerPorts.blue, range, "Smoke tests of blue");
      this.#opens(`${name}-tests-green`, listenerPorts.green, range, "Smoke tests of green");
    }
    this.registerOutputs({ loadBalancerGroup: this.loadBalancerGroup, taskGroup: this.taskGroup });
  }

  #lets(
    name: string,
    securityGroupId: pulumi.Input<string>,
    port: number,
    referencedSecurityGroupId: pulumi.Input<string>,
    description: string,
  ): void {
    new AwsResource(
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      `${name}-in`,
      { securityGroupId, description, ipProtocol: "tcp", fromPort: port, toPort: port, referencedSecurityGroupId },
      { parent: this },
    );
  }

  #reaches(
    name: string,
    securityGroupId: pulumi.Input<string>,
    port: number,
    to: { description: string; cidrIpv4?: string; referencedSecurityGroupId?: pulumi.Input<string> },
  ): void {
    new AwsResource(
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      `${name}-out`,
      { securityGroupId, ipProtocol: "tcp", fromPort: port, toPort: port, ...to },
      { parent: this },
    );
  }

  #opens(name: string, port: number, range: string, description: string): void {
    new AwsResource(
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      `${name}-${range.replace(/[^0-9a-f]+/gi, "-")}`,
      {
        securityGroupId: this.loadBalancerGroup,
        description,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        ...(range.includes(":") ? { cidrIpv6: range } : { cidrIpv4: range }),
      },
      { parent: this },
    );
  }
}
