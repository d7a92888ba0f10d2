import { z } from "zod";

const flag = z.union([z.boolean(), z.stringbool()]);

/** Endpoints by the official names of services; aliases included. */
const endpointNames = {
  applicationautoscaling: "Application Auto Scaling",
  appautoscaling: "Application Auto Scaling",
  cloudfront: "CloudFront",
  cloudfrontkeyvaluestore: "CloudFront KeyValueStore",
  cloudwatch: "CloudWatch",
  cloudwatchlogs: "CloudWatch Logs",
  logs: "CloudWatch Logs",
  ec2: "EC2",
  ecs: "ECS",
  elb: "Elastic Load Balancing v2",
  elbv2: "Elastic Load Balancing v2",
  elasticloadbalancingv2: "Elastic Load Balancing v2",
  events: "EventBridge",
  eventbridge: "EventBridge",
  iam: "IAM",
  kms: "KMS",
  lambda: "Lambda",
  rds: "RDS",
  s3: "S3",
  secretsmanager: "Secrets Manager",
  sns: "SNS",
  sts: "STS",
  wafv2: "WAFV2",
} as const;

const url = z.url({ protocol: /^https?$/ });
const endpoints = z.strictObject(
  Object.fromEntries(Object.keys(endpointNames).map((name) => [name, url.optional()])) as Record<
    keyof typeof endpointNames,
    z.ZodOptional<typeof url>
  >,
);

/** The provider's own settings, by their official names; what is not here is refused. */
export const settingsSchema = z.strictObject({
  region: z.string().min(1).optional(),
  accessKey: z.string().min(1).optional(),
  secretKey: z.string().min(1).optional(),
  token: z.string().min(1).optional(),
  endpoints: z.union([endpoints.transform((one) => [one]), z.array(endpoints)]).optional(),
  defaultTags: z.strictObject({ tags: z.record(z.string(), z.string()).optional() }).optional(),
  maxRetries: z.coerce.number().int().min(0).optional(),
  s3UsePathStyle: flag.optional(),
  skipCredentialsValidation: flag.optional(),
  skipMetadataApiCheck: flag.optional(),
  skipRegionValidation: flag.optional(),
  skipRequestingAccountId: flag.optional(),
  allowedAccountIds: z.array(z.string()).optional(),
  // The engine's own.
  version: z.string().optional(),
  pluginDownloadURL: z.string().optional(),
});

/** Where the stand-in sends its requests, and as whom. */
export interface Settings {
  readonly region: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** By the SDK's name of the service; the empty name holds for all others. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly defaultTags: Readonly<Record<string, string>>;
  /** How often a request is sent before a throttled or failed one is told. */
  readonly attempts: number;
  readonly allowedAccounts: readonly string[] | undefined;
}

/** A sentence for each thing that is wrong with the provider's settings. */
export function wrongSettings(given: Record<string, unknown>): { property: string; reason: string }[] {
  const parsed = settingsSchema.safeParse(plain(given));
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => ({ property: issue.path.map(String).join("."), reason: issue.message }));
}

/**
 * The settings of the provider, what is missing taken from the environment (AWS_REGION, AWS_ACCESS_KEY_ID,
 * AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_ENDPOINT_URL).
 *
 * @throws Error where an endpoint is missing or not on loopback: a stand-in must never reach the real AWS.
 */
export function settingsFrom(given: Record<string, unknown>, env: NodeJS.ProcessEnv): Settings {
  const it = settingsSchema.parse(plain(given));
  const named: Record<string, string> = {};
  if (env.AWS_ENDPOINT_URL !== undefined) named[""] = env.AWS_ENDPOINT_URL;
  for (const one of it.endpoints ?? []) {
    for (const [name, at] of Object.entries(one)) {
      if (at !== undefined) named[endpointNames[name as keyof typeof endpointNames]] = at;
    }
  }
  for (const at of Object.values(named)) {
    if (!/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(new URL(at).hostname)) {
      throw new Error(`${at} is not on this machine. ${onlySimulated}`);
    }
  }
  const accessKeyId = it.accessKey ?? env.AWS_ACCESS_KEY_ID;
  const secretAccessKey = it.secretKey ?? env.AWS_SECRET_ACCESS_KEY;
  const region = it.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (region === undefined) throw new Error("No region: set aws:region, or AWS_REGION.");
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error(
      "No credentials: set aws:accessKey and aws:secretKey, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    );
  }
  const token = it.token ?? env.AWS_SESSION_TOKEN;
  return {
    region,
    credentials: { accessKeyId, secretAccessKey, ...(token === undefined ? {} : { sessionToken: token }) },
    endpoints: named,
    defaultTags: it.defaultTags?.tags ?? {},
    attempts: (it.maxRetries ?? 9) + 1,
    allowedAccounts: it.allowedAccountIds,
  };
}

export const onlySimulated =
  "Greenlight's stand-in for the aws plugin speaks to a simulated AWS on loopback only; for the real one install the " +
  "official plugin: pulumi plugin install resource aws";

/** Without empty values; what the engine hands over as JSON text is opened. */
function plain(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined && value !== null && value !== "")
      .map(([key, value]) => [key, typeof value === "string" && /^[[{]/.test(value) ? JSON.parse(value) : value]),
  );
}
