import * as pulumi from "../pulumi.ts";
import { subnetRanges } from "./addressRange.ts";
import { AwsResource } from "./resource.ts";

export interface VpcArgs {
  stack: string;
  /** Its addresses: a private range from /16 to /22, such as 10.20.0.0/16. */
  cidr: string;
  /** Names of the two availability zones that its subnets begin in; later ones are not asked. */
  zones: readonly [string, string];
  /** NAT gateways: one for both zones, or one in each. */
  nat: "one" | "each";
}

/**
 * A network of the stack's own: in two zones a public subnet, for the load balancer, and a private one, for the tasks, which reach out
 * through a NAT gateway and are reached by nobody from outside. What others hang on is protected from being removed.
 */
export class Vpc extends pulumi.ComponentResource {
  readonly vpc: pulumi.Output<string>;
  readonly publicSubnets: pulumi.Output<string>[];
  readonly privateSubnets: pulumi.Output<string>[];
  /** Public addresses that what runs here has to others. */
  readonly addresses: pulumi.Output<string>[];

  constructor(name: string, args: VpcArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:Vpc", name, { cidr: args.cidr, nat: args.nat }, opts);
    const { stack, zones, cidr } = args;
    const ranges = subnetRanges(cidr);
    const kept = { parent: this, protect: true };
    const named = (of?: string) => ({ tags: { Name: of === undefined ? stack : `${stack}-${of}` } });
    const vpc = new AwsResource(
      "aws:ec2/vpc:Vpc",
      name,
      { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true, ...named() },
      kept,
    );
    this.vpc = vpc.id;
    // What AWS makes along and opens to itself: without rules nothing is let in or out by it.
    new AwsResource(
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
      `${name}-default`,
      { vpcId: this.vpc, ...named("default-closed") },
      { parent: this },
    );
    const internet = new AwsResource(
      "aws:ec2/internetGateway:InternetGateway",
      `${name}-internet`,
      { vpcId: this.vpc, ...named() },
      kept,
    );
    const subnet = (kind: "public" | "private", index: 0 | 1) =>
      new AwsResource(
        "aws:ec2/subnet:Subnet",
        `${name}-${kind}-${index + 1}`,
        {
          vpcId: this.vpc,
          cidrBlock: ranges[kind][index],
          availabilityZone: zones[index],
          mapPublicIpOnLaunch: false,
          ...named(`${kind}-${index + 1}`),
        },
        // A subnet stays in its zone, also when AWS offers the account others one day.
        { ...kept, ignoreChanges: ["availabilityZone"] },
      ).id;
    this.publicSubnets = [subnet("public", 0), subnet("public", 1)];
    this.privateSubnets = [subnet("private", 0), subnet("private", 1)];
    this.#leads(`${name}-public`, named("public"), this.publicSubnets, { gatewayId: internet.id });

    this.addresses = [];
    const gateways = this.publicSubnets.slice(0, args.nat === "one" ? 1 : 2).map((subnetId, index) => {
      const of = `nat-${index + 1}`;
      const address = new AwsResource(
        "aws:ec2/eip:Eip",
        `${name}-${of}`,
        { domain: "vpc", ...named(of) },
        { ...kept, dependsOn: [internet] },
        ["publicIp"],
      );
      this.addresses.push(address.out("publicIp"));
      return new AwsResource(
        "aws:ec2/natGateway:NatGateway",
        `${name}-${of}`,
        { allocationId: address.id, subnetId, connectivityType: "public", ...named(of) },
        { ...kept, dependsOn: [internet] },
      ).id;
    });
    for (const [index, subnetId] of this.privateSubnets.entries()) {
      const of = `private-${index + 1}`;
      const natGatewayId = gateways[index] ?? gateways[0] ?? "";
      this.#leads(`${name}-${of}`, named(of), [subnetId], { natGatewayId });
    }
    this.registerOutputs({
      vpc: this.vpc,
      publicSubnets: this.publicSubnets,
      privateSubnets: this.privateSubnets,
      addresses: this.addresses,
    });
  }

  /** A way out for subnets: everything that is not the VPC's own goes there. */
  #leads(
    name: string,
    named: { tags: Record<string, string> },
    subnets: readonly pulumi.Output<string>[],
    to: { gatewayId: pulumi.Output<string> } | { natGatewayId: pulumi.Input<string> },
  ): void {
    const table = new AwsResource(
      "aws:ec2/routeTable:RouteTable",
      name,
      { vpcId: this.vpc, ...named },
      { parent: this },
    );
    new AwsResource(
      "aws:ec2/route:Route",
      `${name}-out`,
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...to },
      { parent: this },
    );
    for (const [index, subnetId] of subnets.entries()) {
      new AwsResource(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        `${name}-${index + 1}`,
        { routeTableId: table.id, subnetId },
        { parent: this },
      );
    }
  }
}
