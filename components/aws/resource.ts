import { createRequire } from "node:module";
import type { PolicyArgs as ScalingPolicyArgs } from "@pulumi/aws/appautoscaling/policy.js";
import type { TargetArgs as ScalingTargetArgs } from "@pulumi/aws/appautoscaling/target.js";
import type { DistributionArgs } from "@pulumi/aws/cloudfront/distribution.js";
import type { FunctionArgs as EdgeFunctionArgs } from "@pulumi/aws/cloudfront/function.js";
import type { KeyValueStoreArgs } from "@pulumi/aws/cloudfront/keyValueStore.js";
import type { KeyvaluestoreKeyArgs } from "@pulumi/aws/cloudfront/keyvaluestoreKey.js";
import type { OriginAccessControlArgs } from "@pulumi/aws/cloudfront/originAccessControl.js";
import type { ResponseHeadersPolicyArgs } from "@pulumi/aws/cloudfront/responseHeadersPolicy.js";
import type { CompositeAlarmArgs } from "@pulumi/aws/cloudwatch/compositeAlarm.js";
import type { DashboardArgs } from "@pulumi/aws/cloudwatch/dashboard.js";
import type { EventRuleArgs } from "@pulumi/aws/cloudwatch/eventRule.js";
import type { EventTargetArgs } from "@pulumi/aws/cloudwatch/eventTarget.js";
import type { LogGroupArgs } from "@pulumi/aws/cloudwatch/logGroup.js";
import type { MetricAlarmArgs } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import type { DefaultSecurityGroupArgs } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import type { EipArgs } from "@pulumi/aws/ec2/eip.js";
import type { InternetGatewayArgs } from "@pulumi/aws/ec2/internetGateway.js";
import type { NatGatewayArgs } from "@pulumi/aws/ec2/natGateway.js";
import type { RouteArgs } from "@pulumi/aws/ec2/route.js";
import type { RouteTableArgs } from "@pulumi/aws/ec2/routeTable.js";
import type { RouteTableAssociationArgs } from "@pulumi/aws/ec2/routeTableAssociation.js";
import type { SecurityGroupArgs } from "@pulumi/aws/ec2/securityGroup.js";
import type { SubnetArgs } from "@pulumi/aws/ec2/subnet.js";
import type { VpcArgs } from "@pulumi/aws/ec2/vpc.js";
import type { ClusterArgs } from "@pulumi/aws/ecs/cluster.js";
import type { ServiceArgs } from "@pulumi/aws/ecs/service.js";
import type { TaskDefinitionArgs } from "@pulumi/aws/ecs/taskDefinition.js";
import type { RoleArgs } from "@pulumi/aws/iam/role.js";
import type { RolePolicyArgs } from "@pulumi/aws/iam/rolePolicy.js";
import type { KeyArgs } from "@pulumi/aws/kms/key.js";
import type { FunctionArgs } from "@pulumi/aws/lambda/function.js";
import type { PermissionArgs } from "@pulumi/aws/lambda/permission.js";
import type { ListenerArgs } from "@pulumi/aws/lb/listener.js";
import type { ListenerRuleArgs } from "@pulumi/aws/lb/listenerRule.js";
import type { LoadBalancerArgs } from "@pulumi/aws/lb/loadBalancer.js";
import type { TargetGroupArgs } from "@pulumi/aws/lb/targetGroup.js";
import type { InstanceArgs as DatabaseInstanceArgs } from "@pulumi/aws/rds/instance.js";
import type { ParameterGroupArgs } from "@pulumi/aws/rds/parameterGroup.js";
import type { SubnetGroupArgs } from "@pulumi/aws/rds/subnetGroup.js";
import type { BucketArgs } from "@pulumi/aws/s3/bucket.js";
import type { BucketPolicyArgs } from "@pulumi/aws/s3/bucketPolicy.js";
import type { BucketPublicAccessBlockArgs } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import type { BucketServerSideEncryptionConfigurationArgs } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import type { TopicArgs } from "@pulumi/aws/sns/topic.js";
import type { TopicPolicyArgs } from "@pulumi/aws/sns/topicPolicy.js";
import type { SecurityGroupEgressRuleArgs } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import type { SecurityGroupIngressRuleArgs } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import type { WebAclAssociationArgs } from "@pulumi/aws/wafv2/webAclAssociation.js";
import { z } from "zod";
import * as pulumi from "../pulumi.ts";

const manifest: unknown = createRequire(import.meta.url)("@pulumi/aws/package.json");
/** Version of the aws package, and of the plugin that goes with it. */
export const { version } = z.object({ version: z.string() }).parse(manifest);

/** Every type of the aws plugin that a stack uses, with what it takes. */
export interface AwsTypes {
  "aws:appautoscaling/policy:Policy": ScalingPolicyArgs;
  "aws:appautoscaling/target:Target": ScalingTargetArgs;
  "aws:cloudfront/distribution:Distribution": DistributionArgs;
  "aws:cloudfront/function:Function": EdgeFunctionArgs;
  "aws:cloudfront/keyValueStore:KeyValueStore": KeyValueStoreArgs;
  "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey": KeyvaluestoreKeyArgs;
  "aws:cloudfront/originAccessControl:OriginAccessControl": OriginAccessControlArgs;
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": ResponseHeadersPolicyArgs;
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": CompositeAlarmArgs;
  "aws:cloudwatch/dashboard:Dashboard": DashboardArgs;
  "aws:cloudwatch/eventRule:EventRule": EventRuleArgs;
  "aws:cloudwatch/eventTarget:EventTarget": EventTargetArgs;
  "aws:cloudwatch/logGroup:LogGroup": LogGroupArgs;
  "aws:cloudwatch/metricAlarm:MetricAlarm": MetricAlarmArgs;
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": DefaultSecurityGroupArgs;
  "aws:ec2/eip:Eip": EipArgs;
  "aws:ec2/internetGateway:InternetGateway": InternetGatewayArgs;
  "aws:ec2/natGateway:NatGateway": NatGatewayArgs;
  "aws:ec2/route:Route": RouteArgs;
  "aws:ec2/routeTable:RouteTable": RouteTableArgs;
  "aws:ec2/routeTableAssociation:RouteTableAssociation": RouteTableAssociationArgs;
  "aws:ec2/securityGroup:SecurityGroup": SecurityGroupArgs;
  "aws:ec2/subnet:Subnet": SubnetArgs;
  "aws:ec2/vpc:Vpc": VpcArgs;
  "aws:ecs/cluster:Cluster": ClusterArgs;
  "aws:ecs/service:Service": ServiceArgs;
  "aws:ecs/taskDefinition:TaskDefinition": TaskDefinitionArgs;
  "aws:iam/role:Role": RoleArgs;
  "aws:iam/rolePolicy:RolePolicy": RolePolicyArgs;
  "aws:kms/key:Key": KeyArgs;
  "aws:lambda/function:Function": FunctionArgs;
  "aws:lambda/permission:Permission": PermissionArgs;
  "aws:lb/listener:Listener": ListenerArgs;
  "aws:lb/listenerRule:ListenerRule": ListenerRuleArgs;
  "aws:lb/loadBalancer:LoadBalancer": LoadBalancerArgs;
  "aws:lb/targetGroup:TargetGroup": TargetGroupArgs;
  "aws:rds/instance:Instance": DatabaseInstanceArgs;
  "aws:rds/parameterGroup:ParameterGroup": ParameterGroupArgs;
  "aws:rds/subnetGroup:SubnetGroup": SubnetGroupArgs;
  "aws:s3/bucket:Bucket": BucketArgs;
  "aws:s3/bucketPolicy:BucketPolicy": BucketPolicyArgs;
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": BucketPublicAccessBlockArgs;
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": BucketServerSideEncryptionConfigurationArgs;
  "aws:sns/topic:Topic": TopicArgs;
  "aws:sns/topicPolicy:TopicPolicy": TopicPolicyArgs;
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": SecurityGroupEgressRuleArgs;
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": SecurityGroupIngressRuleArgs;
  "aws:wafv2/webAclAssociation:WebAclAssociation": WebAclAssociationArgs;
}

/**
 * A resource of the aws plugin: its inputs typed by the package that package.json pins, declared without the package's classes.
 * Each of those brings the whole SDK (see ../pulumi.ts), which every run of the engine would pay for.
 */
export class AwsResource<Type extends keyof AwsTypes, Output extends string = never> extends pulumi.CustomResource {
  readonly #outputs: Record<string, pulumi.Output<string>>;

  /** @param outputs names of what AWS computes and somebody composes with */
  constructor(
    type: Type,
    name: string,
    args: AwsTypes[Type],
    opts: pulumi.CustomResourceOptions,
    outputs: readonly Output[] = [],
  ) {
    const bag: pulumi.Inputs = { ...args };
    for (const output of outputs) bag[output] ??= undefined;
    super(type, name, bag, { ...opts, version });
    const own = this as unknown as Record<string, pulumi.Output<string>>;
    this.#outputs = Object.fromEntries(outputs.map((output) => [output, own[output] as pulumi.Output<string>]));
  }

  /** One thing that AWS computed: a text. */
  out(name: Output): pulumi.Output<string> {
    return this.#outputs[name] as pulumi.Output<string>;
  }

  /** One thing that AWS computed and that is no text, for a shape to read. */
  told(name: Output): pulumi.Output<unknown> {
    return this.out(name);
  }
}

export interface AwsProviderArgs {
  readonly region: string;
  readonly account: string;
  /** Tags of everything it makes. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The aws provider of a stack: one region, one account and no other. */
export class AwsProvider extends pulumi.ProviderResource {
  constructor(name: string, { region, account, tags }: AwsProviderArgs, opts?: pulumi.CustomResourceOptions) {
    // A provider takes text alone: what has parts travels as JSON.
    super(
      "aws",
      name,
      { region, allowedAccountIds: JSON.stringify([account]), defaultTags: JSON.stringify({ tags }) },
      { ...opts, version },
    );
  }
}
