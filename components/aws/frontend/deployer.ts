import { type PolicyDocument, policy } from "../taskPolicies.ts";

export interface FrontendDeployment {
  /** What the deployer does to things of a service. */
  readonly changing: (service: string) => string[];
  readonly partition: string;
  readonly account: string;
  /** Name of the bucket. */
  readonly bucket: string;
  /** Name of the function. */
  readonly edge: string;
}

/** What CloudFront gives an id of its own has no name to be told by, and no tag but the distribution's. */
const byId = /KeyValueStore|OriginAccessControl|ResponseHeadersPolicy|CreateDistribution/;

/** What a deployer needs to make the pages' bucket and distribution, to upload a release and to switch. */
export function frontendDeployerPolicy({
  changing,
  partition,
  account,
  bucket,
  edge,
}: FrontendDeployment): PolicyDocument {
  const arn = (resource: string) => `arn:${partition}:cloudfront::${account}:${resource}`;
  const edges = changing("cloudfront");
  const functions = edges.filter((it) => /Function/.test(it));
  return policy(
    {
      Sid: "Bucket",
      Effect: "Allow",
      Action: [
        ...changing("s3"),
        "s3:GetBucket*",
        "s3:GetAccelerateConfiguration",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:ListBucketVersions",
      ],
      Resource: `arn:${partition}:s3:::${bucket}`,
    },
    {
      Sid: "Pages",
      Effect: "Allow",
      Action: ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"],
      Resource: `arn:${partition}:s3:::${bucket}/*`,
    },
    {
      Sid: "EdgeFunction",
      Effect: "Allow",
      Action: [...functions, "cloudfront:DescribeFunction", "cloudfront:GetFunction"],
      Resource: arn(`function/${edge}`),
    },
    {
      Sid: "Distribution",
      Effect: "Allow",
      Action: [
        ...edges.filter((it) => !byId.test(it) && !functions.includes(it)),
        "cloudfront:GetDistribution",
        "cloudfront:ListTagsForResource",
      ],
      Resource: arn("distribution/*"),
    },
    {
      Sid: "EdgePartsWithoutName",
      Effect: "Allow",
      Action: [
        ...edges.filter((it) => byId.test(it)),
        "cloudfront:DescribeKeyValueStore",
        "cloudfront:GetOriginAccessControl",
        "cloudfront:GetResponseHeadersPolicy",
      ],
      Resource: "*",
    },
    {
      Sid: "LiveRelease",
      Effect: "Allow",
      Action: [
        ...changing("cloudfront-keyvaluestore"),
        "cloudfront-keyvaluestore:DescribeKeyValueStore",
        "cloudfront-keyvaluestore:GetKey",
      ],
      Resource: arn("key-value-store/*"),
    },
  );
}
