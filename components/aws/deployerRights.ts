import type { AwsTypes } from "./resource.ts";

/**
 * What the deployer does to AWS for each type of resource, apart from reading. Every type that a stack uses has its line: a type
 * without one does not compile.
 */
export const changes: Readonly<Record<keyof AwsTypes, readonly string[]>> = {
  "aws:appautoscaling/policy:Policy": [
    "application-autoscaling:PutScalingPolicy",
    "application-autoscaling:DeleteScalingPolicy",
  ],
  "aws:appautoscaling/target:Target": [
    "application-autoscaling:RegisterScalableTarget",
    "application-autoscaling:DeregisterScalableTarget",
    "application-autoscaling:TagResource",
  ],
  "aws:cloudfront/distribution:Distribution": [
    "cloudfront:CreateDistribution",
    "cloudfront:UpdateDistribution",
    "cloudfront:DeleteDistribution",
    "cloudfront:TagResource",
    "cloudfront:UntagResource",
  ],
  "aws:cloudfront/function:Function": [
    "cloudfront:CreateFunction",
    "cloudfront:UpdateFunction",
    "cloudfront:PublishFunction",
    "cloudfront:DeleteFunction",
  ],
  "aws:cloudfront/keyValueStore:KeyValueStore": [
    "cloudfront:CreateKeyValueStore",
    "cloudfront:UpdateKeyValueStore",
    "cloudfront:DeleteKeyValueStore",
  ],
  "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey": [
    "cloudfront-keyvaluestore:PutKey",
    "cloudfront-keyvaluestore:DeleteKey",
  ],
  "aws:cloudfront/originAccessControl:OriginAccessControl": [
    "cloudfront:CreateOriginAccessControl",
    "cloudfront:UpdateOriginAccessControl",
    "cloudfront:DeleteOriginAccessControl",
  ],
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": [
    "cloudfront:CreateResponseHeadersPolicy",
    "cloudfront:UpdateResponseHeadersPolicy",
    "cloudfront:DeleteResponseHeadersPolicy",
  ],
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": ["cloudwatch:PutCompositeAlarm", "cloudwatch:DeleteAlarms"],
  "aws:cloudwatch/dashboard:Dashboard": ["cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"],
  "aws:cloudwatch/eventRule:EventRule": [
    "events:PutRule",
    "events:DeleteRule",
    "events:TagResource",
    "events:UntagResource",
  ],
  "aws:cloudwatch/eventTarget:EventTarget": ["events:PutTargets", "events:RemoveTargets"],
  "aws:cloudwatch/logGroup:LogGroup": [
    "logs:CreateLogGroup",
    "logs:DeleteLogGroup",
    "logs:PutRetentionPolicy",
    "logs:TagResource",
    "logs:UntagResource",
  ],
  "aws:cloudwatch/metricAlarm:MetricAlarm": [
    "cloudwatch:PutMetricAlarm",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:TagResource",
    "cloudwatch:UntagResource",
  ],
  "aws:ec2/securityGroup:SecurityGroup": [
    "ec2:CreateSecurityGroup",
    "ec2:DeleteSecurityGroup",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress",
    "ec2:CreateTags",
    "ec2:DeleteTags",
  ],
  "aws:ecs/cluster:Cluster": [
    "ecs:CreateCluster",
    "ecs:UpdateCluster",
    "ecs:UpdateClusterSettings",
    "ecs:DeleteCluster",
  ],
  "aws:ecs/service:Service": ["ecs:CreateService", "ecs:UpdateService", "ecs:DeleteService"],
  "aws:ecs/taskDefinition:TaskDefinition": [
    "ecs:RegisterTaskDefinition",
    "ecs:DeregisterTaskDefinition",
    "ecs:TagResource",
    "ecs:UntagResource",
  ],
  "aws:iam/role:Role": [
    "iam:CreateRole",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
    "iam:UpdateAssumeRolePolicy",
    "iam:DeleteRole",
    "iam:TagRole",
    "iam:UntagRole",
  ],
  "aws:iam/rolePolicy:RolePolicy": ["iam:PutRolePolicy", "iam:DeleteRolePolicy"],
  "aws:kms/key:Key": [
    "kms:CreateKey",
    "kms:PutKeyPolicy",
    "kms:EnableKeyRotation",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
  ],
  "aws:lambda/function:Function": [
    "lambda:CreateFunction",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "lambda:DeleteFunction",
    "lambda:TagResource",
    "lambda:UntagResource",
  ],
  "aws:lambda/permission:Permission": ["lambda:AddPermission", "lambda:RemovePermission"],
  "aws:lb/listener:Listener": [
    "elasticloadbalancing:CreateListener",
    "elasticloadbalancing:ModifyListener",
    "elasticloadbalancing:DeleteListener",
  ],
  "aws:lb/listenerRule:ListenerRule": [
    "elasticloadbalancing:CreateRule",
    "elasticloadbalancing:ModifyRule",
    "elasticloadbalancing:SetRulePriorities",
    "elasticloadbalancing:DeleteRule",
  ],
  "aws:lb/loadBalancer:LoadBalancer": [
    "elasticloadbalancing:CreateLoadBalancer",
    "elasticloadbalancing:ModifyLoadBalancerAttributes",
    "elasticloadbalancing:SetSecurityGroups",
    "elasticloadbalancing:SetSubnets",
    "elasticloadbalancing:DeleteLoadBalancer",
  ],
  "aws:lb/targetGroup:TargetGroup": [
    "elasticloadbalancing:CreateTargetGroup",
    "elasticloadbalancing:ModifyTargetGroup",
    "elasticloadbalancing:ModifyTargetGroupAttributes",
    "elasticloadbalancing:DeleteTargetGroup",
    "elasticloadbalancing:AddTags",
    "elasticloadbalancing:RemoveTags",
  ],
  "aws:s3/bucket:Bucket": ["s3:CreateBucket", "s3:DeleteBucket", "s3:PutBucketTagging"],
  "aws:s3/bucketPolicy:BucketPolicy": ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
    "s3:PutEncryptionConfiguration",
  ],
  "aws:sns/topic:Topic": [
    "sns:CreateTopic",
    "sns:SetTopicAttributes",
    "sns:DeleteTopic",
    "sns:TagResource",
    "sns:UntagResource",
  ],
  "aws:sns/topicPolicy:TopicPolicy": ["sns:SetTopicAttributes"],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": [
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:ModifySecurityGroupRules",
    "ec2:RevokeSecurityGroupEgress",
  ],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": [
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:ModifySecurityGroupRules",
    "ec2:RevokeSecurityGroupIngress",
  ],
};

/** What our own provider does: by the SDK's commands that its code sends. */
export const commands: Readonly<Record<string, string>> = {
  CreateDBClusterSnapshotCommand: "rds:CreateDBClusterSnapshot",
  CreateDBSnapshotCommand: "rds:CreateDBSnapshot",
  DeleteDBClusterSnapshotCommand: "rds:DeleteDBClusterSnapshot",
  DeleteDBSnapshotCommand: "rds:DeleteDBSnapshot",
  DeleteObjectsCommand: "s3:DeleteObject",
  DeleteParameterCommand: "ssm:DeleteParameter",
  DescribeAlarmsCommand: "cloudwatch:DescribeAlarms",
  DescribeDBClusterSnapshotsCommand: "rds:DescribeDBClusterSnapshots",
  DescribeDBSnapshotsCommand: "rds:DescribeDBSnapshots",
  DescribeListenersCommand: "elasticloadbalancing:DescribeListeners",
  DescribeLoadBalancersCommand: "elasticloadbalancing:DescribeLoadBalancers",
  DescribeRulesCommand: "elasticloadbalancing:DescribeRules",
  DescribeServicesCommand: "ecs:DescribeServices",
  DescribeTargetGroupsCommand: "elasticloadbalancing:DescribeTargetGroups",
  DescribeTargetHealthCommand: "elasticloadbalancing:DescribeTargetHealth",
  DescribeTasksCommand: "ecs:DescribeTasks",
  FilterLogEventsCommand: "logs:FilterLogEvents",
  GetLogEventsCommand: "logs:GetLogEvents",
  GetCallerIdentityCommand: "sts:GetCallerIdentity",
  GetMetricDataCommand: "cloudwatch:GetMetricData",
  GetParameterCommand: "ssm:GetParameter",
  ListObjectsV2Command: "s3:ListBucket",
  ListTasksCommand: "ecs:ListTasks",
  ModifyRuleCommand: "elasticloadbalancing:ModifyRule",
  PutObjectCommand: "s3:PutObject",
  PutParameterCommand: "ssm:PutParameter",
  RunTaskCommand: "ecs:RunTask",
  StopTaskCommand: "ecs:StopTask",
  UpdateServiceCommand: "ecs:UpdateService",
};

/** Reading for which AWS knows no resource, or which says nothing that a name alone would keep from others. */
export const reading = [
  "application-autoscaling:DescribeScalableTargets",
  "application-autoscaling:DescribeScalingPolicies",
  "application-autoscaling:ListTagsForResource",
  "cloudwatch:DescribeAlarms",
  "cloudwatch:GetDashboard",
  "cloudwatch:GetMetricData",
  "cloudwatch:ListTagsForResource",
  "ec2:DescribeAccountAttributes",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSecurityGroupRules",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "ec2:DescribeVpcs",
  "ecs:DescribeClusters",
  "ecs:DescribeTaskDefinition",
  "elasticloadbalancing:Describe*",
  "logs:DescribeLogGroups",
  "logs:ListTagsForResource",
  "sts:GetCallerIdentity",
];

/** Changes that AWS takes for all resources or for none: what they make has no name before it is there. */
export const nameless =
  /^(kms:CreateKey|ecs:(De)?[Rr]egisterTaskDefinition|ec2:CreateSecurityGroup|ec2:(Create|Delete)Tags|application-autoscaling:)/;
