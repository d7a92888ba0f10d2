import { changes } from "./deployerRights.ts";
import type { AwsTypes } from "./resource.ts";
import { type PolicyDocument, policy } from "./taskPolicies.ts";

/** What only a network of the stack's own is made of. */
export const vpcTypes = [
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "aws:ec2/eip:Eip",
  "aws:ec2/internetGateway:InternetGateway",
  "aws:ec2/natGateway:NatGateway",
  "aws:ec2/route:Route",
  "aws:ec2/routeTable:RouteTable",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:ec2/subnet:Subnet",
  "aws:ec2/vpc:Vpc",
] as const satisfies readonly (keyof AwsTypes)[];

export interface VpcDeployment {
  readonly arn: (service: string, resource: string) => string;
  /** What the tag `greenlight:stack` says. */
  readonly prefix: string;
}

/** Actions that make something; what they make bears the stack's tag from its first moment. */
const making = /^ec2:(Create(InternetGateway|NatGateway|RouteTable|Subnet|Vpc)|AllocateAddress)$/;

/** Those that need nothing to make it in. */
const fromNothing = /^ec2:(Create(InternetGateway|Vpc)|AllocateAddress)$/;

/** What a deployer needs to make a network and to change and remove what bears the stack's tag, and nothing else's. */
export function vpcDeployerPolicy({ arn, prefix }: VpcDeployment): PolicyDocument {
  const all = [...new Set(vpcTypes.flatMap((type) => changes[type]))].filter((it) => !/Tags$/.test(it)).sort();
  const parts = ["elastic-ip", "internet-gateway", "natgateway", "route-table", "subnet", "vpc"];
  const resources = parts.map((it) => arn("ec2", `${it}/*`));
  return policy(
    {
      Sid: "MakeWithTag",
      Effect: "Allow",
      Action: all.filter((it) => making.test(it)),
      Resource: resources,
      Condition: { StringEquals: { "aws:RequestTag/greenlight:stack": prefix } },
    },
    {
      // What is made in something else is asked for both: a subnet by the tag that it gets, its network by the one that it has.
      Sid: "ChangeOwn",
      Effect: "Allow",
      Action: all.filter((it) => !fromNothing.test(it)),
      Resource: [...resources, arn("ec2", "security-group/*")],
      Condition: { StringEquals: { "aws:ResourceTag/greenlight:stack": prefix } },
    },
    {
      Sid: "ReadNetwork",
      Effect: "Allow",
      Action: [
        "ec2:DescribeAddresses",
        "ec2:DescribeAddressesAttribute",
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeNatGateways",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeRouteTables",
        "ec2:DescribeVpcAttribute",
      ],
      Resource: "*",
    },
  );
}
