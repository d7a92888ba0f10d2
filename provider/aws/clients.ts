import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { RDSClient } from "@aws-sdk/client-rds";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";

// The SDK warns of a Node that its later versions will not have. This one is pinned, and whoever reads an update can do nothing about it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/**
 * How every question to AWS is asked: with the SDK's own credentials and endpoint (`AWS_PROFILE`, `AWS_ENDPOINT_URL`, …), tried
 * again with growing pauses where AWS is too busy to answer.
 */
export const asked = (region: string) => ({ region, maxAttempts: 8, retryMode: "adaptive" as const });

export const ecsClient = (region: string) => new ECSClient(asked(region));
export const loadBalancingClient = (region: string) => new ElasticLoadBalancingV2Client(asked(region));
export const logsClient = (region: string) => new CloudWatchLogsClient(asked(region));
export const databaseClient = (region: string) => new RDSClient(asked(region));
export const alarmsClient = (region: string) => new CloudWatchClient(asked(region));
// An endpoint on loopback has no name for each bucket.
export const storageClient = (region: string) =>
  new S3Client({ ...asked(region), forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
export const identityClient = (region: string) => new STSClient(asked(region));
export const parametersClient = (region: string) => new SSMClient(asked(region));
