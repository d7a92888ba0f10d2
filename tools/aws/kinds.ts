import type { Kinds } from "./plugin/standIn.ts";

/** Every resource type that the stand-in makes, by its official token; adding one is one file and one line. */
export const kinds: Kinds = {
  "aws:ecs/cluster:Cluster": async () => (await import("./resources/ecs/cluster.ts")).cluster,
  "aws:ecs/service:Service": async () => (await import("./resources/ecs/service.ts")).service,
  "aws:ecs/taskDefinition:TaskDefinition": async () =>
    (await import("./resources/ecs/taskDefinition.ts")).taskDefinition,
  "aws:lb/listener:Listener": async () => (await import("./resources/lb/listener.ts")).listener,
  "aws:lb/listenerRule:ListenerRule": async () => (await import("./resources/lb/listenerRule.ts")).listenerRule,
  "aws:lb/loadBalancer:LoadBalancer": async () => (await import("./resources/lb/loadBalancer.ts")).loadBalancer,
  "aws:lb/targetGroup:TargetGroup": async () => (await import("./resources/lb/targetGroup.ts")).targetGroup,
  "aws:cloudwatch/logGroup:LogGroup": async () => (await import("./resources/cloudwatch/logGroup.ts")).logGroup,
  "aws:ec2/securityGroup:SecurityGroup": async () => (await import("./resources/ec2/securityGroup.ts")).securityGroup,
  "aws:iam/role:Role": async () => (await import("./resources/iam/role.ts")).role,
  "aws:iam/rolePolicy:RolePolicy": async () => (await import("./resources/iam/rolePolicy.ts")).rolePolicy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": async () =>
    (await import("./resources/iam/rolePolicyAttachment.ts")).rolePolicyAttachment,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": async () =>
    (await import("./resources/vpc/securityGroupRule.ts")).securityGroupIngressRule,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": async () =>
    (await import("./resources/vpc/securityGroupRule.ts")).securityGroupEgressRule,
  "aws:appautoscaling/target:Target": async () => (await import("./resources/appautoscaling/target.ts")).target,
  "aws:appautoscaling/policy:Policy": async () => (await import("./resources/appautoscaling/policy.ts")).policy,
  "aws:cloudwatch/metricAlarm:MetricAlarm": async () =>
    (await import("./resources/cloudwatch/metricAlarm.ts")).metricAlarm,
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": async () =>
    (await import("./resources/cloudwatch/compositeAlarm.ts")).compositeAlarm,
  "aws:cloudwatch/dashboard:Dashboard": async () => (await import("./resources/cloudwatch/dashboard.ts")).dashboard,
  "aws:sns/topic:Topic": async () => (await import("./resources/sns/topic.ts")).topic,
  "aws:sns/topicPolicy:TopicPolicy": async () => (await import("./resources/sns/topicPolicy.ts")).topicPolicy,
  "aws:sns/topicSubscription:TopicSubscription": async () =>
    (await import("./resources/sns/topicSubscription.ts")).topicSubscription,
  "aws:kms/key:Key": async () => (await import("./resources/kms/key.ts")).key,
  "aws:lambda/function:Function": async () => (await import("./resources/lambda/function.ts")).lambdaFunction,
  "aws:lambda/permission:Permission": async () => (await import("./resources/lambda/permission.ts")).permission,
  "aws:cloudwatch/eventRule:EventRule": async () => (await import("./resources/cloudwatch/eventRule.ts")).eventRule,
  "aws:cloudwatch/eventTarget:EventTarget": async () =>
    (await import("./resources/cloudwatch/eventTarget.ts")).eventTarget,
  "aws:ec2/vpc:Vpc": async () => (await import("./resources/ec2/vpc.ts")).vpc,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": async () =>
    (await import("./resources/ec2/defaultSecurityGroup.ts")).defaultSecurityGroup,
  "aws:ec2/eip:Eip": async () => (await import("./resources/ec2/eip.ts")).eip,
  "aws:ec2/natGateway:NatGateway": async () => (await import("./resources/ec2/natGateway.ts")).natGateway,
  "aws:ec2/subnet:Subnet": async () => (await import("./resources/ec2/subnet.ts")).subnet,
  "aws:ec2/internetGateway:InternetGateway": async () =>
    (await import("./resources/ec2/internetGateway.ts")).internetGateway,
  "aws:ec2/routeTable:RouteTable": async () => (await import("./resources/ec2/routeTable.ts")).routeTable,
  "aws:ec2/route:Route": async () => (await import("./resources/ec2/route.ts")).route,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": async () =>
    (await import("./resources/ec2/routeTableAssociation.ts")).routeTableAssociation,
  "aws:rds/instance:Instance": async () => (await import("./resources/rds/instance.ts")).instance,
  "aws:rds/parameterGroup:ParameterGroup": async () =>
    (await import("./resources/rds/parameterGroup.ts")).parameterGroup,
  "aws:rds/subnetGroup:SubnetGroup": async () => (await import("./resources/rds/subnetGroup.ts")).subnetGroup,
  "aws:rds/snapshot:Snapshot": async () => (await import("./resources/rds/snapshot.ts")).snapshot,
  "aws:rds/clusterSnapshot:ClusterSnapshot": async () => (await import("./resources/rds/snapshot.ts")).clusterSnapshot,
  "aws:s3/bucket:Bucket": async () => (await import("./resources/s3/bucket.ts")).bucket,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": async () =>
    (await import("./resources/s3/bucketPublicAccessBlock.ts")).bucketPublicAccessBlock,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": async () =>
    (await import("./resources/s3/bucketServerSideEncryptionConfiguration.ts")).bucketServerSideEncryptionConfiguration,
  "aws:s3/bucketVersioning:BucketVersioning": async () =>
    (await import("./resources/s3/bucketVersioning.ts")).bucketVersioning,
  "aws:s3/bucketPolicy:BucketPolicy": async () => (await import("./resources/s3/bucketPolicy.ts")).bucketPolicy,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": async () =>
    (await import("./resources/s3/bucketLifecycleConfiguration.ts")).bucketLifecycleConfiguration,
  "aws:s3/bucketObjectv2:BucketObjectv2": async () => (await import("./resources/s3/bucketObjectv2.ts")).bucketObjectv2,
  "aws:cloudfront/distribution:Distribution": async () =>
    (await import("./resources/cloudfront/distribution.ts")).distribution,
  "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey": async () =>
    (await import("./resources/cloudfront/keyvaluestoreKey.ts")).keyvaluestoreKey,
  "aws:cloudfront/function:Function": async () =>
    (await import("./resources/cloudfront/function.ts")).cloudfrontFunction,
  "aws:cloudfront/keyValueStore:KeyValueStore": async () =>
    (await import("./resources/cloudfront/keyValueStore.ts")).keyValueStore,
  "aws:cloudfront/originAccessControl:OriginAccessControl": async () =>
    (await import("./resources/cloudfront/originAccessControl.ts")).originAccessControl,
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": async () =>
    (await import("./resources/cloudfront/responseHeadersPolicy.ts")).responseHeadersPolicy,
  "aws:wafv2/webAclAssociation:WebAclAssociation": async () =>
    (await import("./resources/wafv2/webAclAssociation.ts")).webAclAssociation,
};
