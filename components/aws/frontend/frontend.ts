import { type EnvironmentName, other } from "../../../release/environment.ts";
import { liveKey, pickRelease } from "../../../release/frontend/pickRelease.ts";
import * as pulumi from "../../pulumi.ts";
import { GreenlightResource } from "../../resource.ts";
import { physicalName } from "../physicalName.ts";
import { AwsResource } from "../resource.ts";
import { edgeName } from "./edgeName.ts";
import { pagesPolicy } from "./rights.ts";
import { securityHeaders, securityHeadersConfig } from "./securityHeaders.ts";

/** AWS's own cache policy "CachingOptimized": compressed answers, kept by path alone. */
const cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6";

export interface FrontendArgs {
  stack: string;
  account: string;
  region: string;
  hosts: string[];
  /** ARN, in us-east-1. */
  certificate: string;
  index: string;
  singlePage: boolean;
  contentSecurityPolicy: string;
  /** What was built of each version that is deployed: absolute folder and digest of what is in it. */
  builds: Partial<Record<EnvironmentName, { version: string; folder: string; digest: string }>>;
  live: EnvironmentName;
  /** Where the look after the switch asks, and under which name. */
  address: string;
  host?: string;
  /** Milliseconds. */
  warmMs: number;
  gates: { intervalMs: number; deadlineMs: number };
}

/**
 * Pages in a private bucket behind CloudFront. Each release has a prefix of its own; a key in a store at the edge says which one serves,
 * so that a switch is one small change and the way back is the same.
 */
export class Frontend extends pulumi.ComponentResource {
  /** Name of the distribution, for the hosts to lead to. */
  readonly domainName: pulumi.Output<string>;
  /** ARN of the store that names the release which serves. */
  readonly store: pulumi.Output<string>;
  readonly #name: string;
  readonly #args: FrontendArgs;
  readonly #bucketName: pulumi.Output<string>;
  readonly #files: Partial<Record<EnvironmentName, GreenlightResource<{ indexEtag: string; files: number }>>>;
  /** What must be there before anybody is led to a release. */
  readonly #ready: readonly pulumi.Resource[];

  constructor(name: string, args: FrontendArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:Frontend", name, { hosts: args.hosts, live: args.live }, opts);
    this.#name = name;
    this.#args = args;
    const { stack, region, builds } = args;
    const own = { parent: this };
    const edge = edgeName(stack);
    const bucket = this.#bucket(name, args);
    this.#bucketName = bucket.name;
    this.#files = Object.fromEntries(
      (Object.keys(builds) as EnvironmentName[]).map((environment) => [
        environment,
        new GreenlightResource<{ indexEtag: string; files: number }>(
          "greenlight:aws:FrontendFiles",
          `${name}-${environment}`,
          {
            region,
            bucket: bucket.name,
            ...builds[environment],
            index: args.index,
            ...besideOf(builds[other(environment)]),
          },
          ["indexEtag", "files"],
          { parent: this, dependsOn: bucket.closed },
        ),
      ]),
    );
    const store = new AwsResource(
      "aws:cloudfront/keyValueStore:KeyValueStore",
      name,
      { name: edge, comment: `Which release of ${stack} serves` },
      own,
      ["arn"],
    );
    this.store = store.out("arn");
    const distribution = this.#distribution(name, args, edge, this.store, bucket.domainName);
    const readable = new AwsResource(
      "aws:s3/bucketPolicy:BucketPolicy",
      name,
      {
        bucket: bucket.name,
        policy: pulumi
          .all([bucket.arn, distribution.out("arn")])
          .apply(([pages, reader]) => JSON.stringify(pagesPolicy(pages, reader))),
      },
      { parent: this, dependsOn: bucket.closed },
    );
    this.#ready = [...Object.values(this.#files), distribution, readable];
    this.domainName = distribution.out("domainName");
    this.registerOutputs({ domainName: this.domainName });
  }

  /**
   * Leads users to the live release's pages, looks at them from outside, and clears away what is old. The pages follow the services: what
   * they ask for is there when they come.
   *
   * @param switched what must have been switched before
   * @returns the look
   */
  follow(switched: pulumi.Resource): pulumi.Resource {
    const { region, builds, live, address, host, gates, warmMs } = this.#args;
    const name = this.#name;
    const files = this.#files[live];
    const version = builds[live]?.version;
    if (files === undefined || version === undefined) throw new Error(`${live} serves and has no pages.`);
    const key = new AwsResource(
      "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey",
      `${name}-live`,
      { keyValueStoreArn: this.store, key: liveKey, value: version },
      { parent: this, dependsOn: [...this.#ready, switched] },
    );
    const served = new GreenlightResource<{ servedAt: string }>(
      "greenlight:aws:FrontendServed",
      `${name}-served`,
      {
        address,
        ...(host === undefined ? {} : { host }),
        version,
        indexEtag: files.out("indexEtag"),
        headers: [...securityHeaders],
        ...gates,
      },
      ["servedAt"],
      { parent: this, dependsOn: [key] },
    );
    new GreenlightResource(
      "greenlight:aws:FrontendRetention",
      `${name}-retention`,
      {
        ...{ region, bucket: this.#bucketName, warmMs, servedAt: served.out("servedAt") },
        deployed: Object.values(builds).map((it) => it.version),
      },
      ["removed"],
      { parent: this },
    );
    return served;
  }

  #bucket(name: string, { stack, account }: FrontendArgs) {
    const own = { parent: this };
    const bucket = new AwsResource(
      "aws:s3/bucket:Bucket",
      name,
      // Names of buckets are the world's: the account makes them the stack's own.
      { bucket: physicalName("bucket", stack, account, "pages"), forceDestroy: true },
      own,
      ["arn", "bucket", "bucketRegionalDomainName"],
    );
    const called = bucket.out("bucket");
    const closed = [
      new AwsResource(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        name,
        {
          ...{ bucket: called, blockPublicAcls: true, blockPublicPolicy: true },
          ...{ ignorePublicAcls: true, restrictPublicBuckets: true },
        },
        own,
      ),
      new AwsResource(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        name,
        { bucket: called, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
        own,
      ),
    ];
    return { name: called, arn: bucket.out("arn"), domainName: bucket.out("bucketRegionalDomainName"), closed };
  }

  #distribution(
    name: string,
    args: FrontendArgs,
    edge: string,
    store: pulumi.Output<string>,
    origin: pulumi.Output<string>,
  ) {
    const own = { parent: this };
    const control = new AwsResource(
      "aws:cloudfront/originAccessControl:OriginAccessControl",
      name,
      {
        ...{ name: edge, description: `Reads the pages of ${args.stack}`, originAccessControlOriginType: "s3" },
        ...{ signingBehavior: "always", signingProtocol: "sigv4" },
      },
      own,
    );
    const headers = new AwsResource(
      "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
      name,
      { name: edge, securityHeadersConfig: securityHeadersConfig(args.contentSecurityPolicy) },
      own,
    );
    const picks = new AwsResource(
      "aws:cloudfront/function:Function",
      name,
      {
        ...{ name: edge, runtime: "cloudfront-js-2.0", comment: "Puts the live release before the path" },
        ...{ code: pickRelease(args.index, args.singlePage), keyValueStoreAssociations: [store] },
      },
      own,
      ["arn"],
    );
    return new AwsResource(
      "aws:cloudfront/distribution:Distribution",
      name,
      {
        ...{ enabled: true, aliases: args.hosts, comment: `Pages of ${args.stack}` },
        ...{ httpVersion: "http2and3", isIpv6Enabled: true },
        origins: [{ originId: "pages", domainName: origin, originAccessControlId: control.id }],
        defaultCacheBehavior: {
          ...{ targetOriginId: "pages", viewerProtocolPolicy: "redirect-to-https", compress: true },
          ...{ allowedMethods: ["GET", "HEAD"], cachedMethods: ["GET", "HEAD"], cachePolicyId: cachingOptimized },
          responseHeadersPolicyId: headers.id,
          functionAssociations: [{ eventType: "viewer-request", functionArn: picks.out("arn") }],
        },
        restrictions: { geoRestriction: { restrictionType: "none" } },
        viewerCertificate: {
          ...{ acmCertificateArn: args.certificate, sslSupportMethod: "sni-only" },
          minimumProtocolVersion: "TLSv1.2_2021",
        },
      },
      own,
      ["arn", "domainName"],
    );
  }
}

function besideOf(build: { version: string; folder: string } | undefined) {
  return build === undefined ? {} : { beside: { version: build.version, folder: build.folder } };
}
