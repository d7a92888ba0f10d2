import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { type Attribute, attributesOf, propertiesFrom } from "./attributes.ts";
import { arnSuffix, readTags, someTags, tagArn } from "./tags.ts";

const inputs = z.strictObject({
  name: z
    .string()
    .regex(/^(?!-)[A-Za-z0-9-]{1,32}(?<!-)$/, "name must be up to 32 letters, digits and hyphens")
    .optional(),
  port: z.number().int().min(1).max(65535).optional(),
  protocol: z.enum(["HTTP", "HTTPS"]).optional(),
  protocolVersion: z.enum(["HTTP1", "HTTP2", "GRPC"]).optional(),
  targetType: z.enum(["instance", "ip"]).default("instance"),
  ipAddressType: z.enum(["ipv4", "ipv6"]).optional(),
  vpcId: z.string().optional(),
  deregistrationDelay: z.number().int().min(0).max(3600).default(300),
  slowStart: z.number().int().default(0),
  loadBalancingAlgorithmType: z.enum(["round_robin", "least_outstanding_requests", "weighted_random"]).optional(),
  healthCheck: z
    .strictObject({
      enabled: z.boolean().default(true),
      healthyThreshold: z.number().int().min(2).max(10).default(3),
      interval: z.number().int().min(5).max(300).default(30),
      matcher: z.string().optional(),
      path: z.string().optional(),
      port: z.string().default("traffic-port"),
      protocol: z.enum(["HTTP", "HTTPS"]).default("HTTP"),
      timeout: z.number().int().min(2).max(120).optional(),
      unhealthyThreshold: z.number().int().min(2).max(10).default(3),
    })
    .optional(),
  stickiness: z
    .strictObject({
      type: z.enum(["lb_cookie", "app_cookie"]),
      enabled: z.boolean().default(true),
      cookieDuration: z.number().int().default(86400),
      cookieName: z.string().optional(),
    })
    .optional(),
});
type Inputs = z.infer<typeof inputs>;

const attributes: readonly Attribute[] = [
  { property: "deregistrationDelay", key: "deregistration_delay.timeout_seconds", type: "number" },
  { property: "slowStart", key: "slow_start.duration_seconds", type: "number" },
  { property: "loadBalancingAlgorithmType", key: "load_balancing.algorithm.type", type: "string" },
];
const stickiness: readonly Attribute[] = [
  { property: "enabled", key: "stickiness.enabled", type: "boolean" },
  { property: "type", key: "stickiness.type", type: "string" },
  { property: "cookieDuration", key: "stickiness.lb_cookie.duration_seconds", type: "number" },
  { property: "cookieName", key: "stickiness.app_cookie.cookie_name", type: "string" },
];

export const targetGroup = kind<Inputs>({
  inputs,
  replaceOn: ["name", "port", "protocol", "protocolVersion", "targetType", "ipAddressType", "vpcId"],
  computed: [
    ...["protocolVersion", "ipAddressType", "loadBalancingAlgorithmType", "healthCheck", "stickiness"],
    ...["healthCheck.matcher", "healthCheck.path", "healthCheck.timeout"],
  ],
  autoName: { property: "name", longest: 32 },
  tag: tagArn,
  check({ port, protocol, vpcId }) {
    const wrong: Record<string, string> = {};
    for (const [property, value] of Object.entries({ port, protocol, vpcId })) {
      if (value === undefined) wrong[property] = `${property} is required for targets that are no Lambda function`;
    }
    return wrong;
  },
  async create({ aws, tags }, news) {
    const { TargetGroups: made } = await aws.client(ElasticLoadBalancingV2Client).send(
      new CreateTargetGroupCommand({
        Name: news.name,
        Port: news.port,
        Protocol: news.protocol,
        ProtocolVersion: news.protocolVersion,
        TargetType: news.targetType,
        IpAddressType: news.ipAddressType,
        VpcId: news.vpcId,
        ...healthCheck(news),
        ...someTags(tags),
      }),
    );
    return made?.[0]?.TargetGroupArn ?? "";
  },
  async settle({ aws }, id, news) {
    const sticky = news.stickiness;
    const { type, ...rest } = sticky ?? {};
    const wanted = [
      ...attributesOf(attributes, news),
      ...(sticky === undefined
        ? []
        : attributesOf(stickiness, { ...rest, type, ...(type === "app_cookie" ? {} : { cookieName: undefined }) })),
    ];
    await aws
      .client(ElasticLoadBalancingV2Client)
      .send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: id, Attributes: wanted }));
  },
  async read({ aws }, id) {
    const elb = aws.client(ElasticLoadBalancingV2Client);
    const answer = await orGone(elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [id] })), ...gone);
    const found = answer?.TargetGroups?.[0];
    if (found === undefined) return undefined;
    const { Attributes: has } = await elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: id }));
    return {
      arn: id,
      arnSuffix: arnSuffix(id),
      loadBalancerArns: found.LoadBalancerArns,
      name: found.TargetGroupName,
      port: found.Port,
      protocol: found.Protocol,
      protocolVersion: found.ProtocolVersion,
      targetType: found.TargetType,
      ipAddressType: found.IpAddressType,
      vpcId: found.VpcId,
      healthCheck: {
        enabled: found.HealthCheckEnabled,
        healthyThreshold: found.HealthyThresholdCount,
        interval: found.HealthCheckIntervalSeconds,
        matcher: found.Matcher?.HttpCode,
        path: found.HealthCheckPath,
        port: found.HealthCheckPort,
        protocol: found.HealthCheckProtocol,
        timeout: found.HealthCheckTimeoutSeconds,
        unhealthyThreshold: found.UnhealthyThresholdCount,
      },
      ...propertiesFrom(attributes, has),
      stickiness: propertiesFrom(stickiness, has),
      tagsAll: await readTags(aws, id),
    };
  },
  async update({ aws }, id, news, _state, changed) {
    if (!changed.has("healthCheck")) return;
    await aws
      .client(ElasticLoadBalancingV2Client)
      .send(new ModifyTargetGroupCommand({ TargetGroupArn: id, ...healthCheck(news) }));
  },
  async delete({ aws, timeoutMs }, id) {
    const elb = aws.client(ElasticLoadBalancingV2Client);
    // A listener that has just gone keeps its target groups in use for a moment.
    await aws.until(`the target group ${id} to be free`, timeoutMs ?? 2 * 60_000, async (see) => {
      try {
        await orGone(elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: id })), ...gone);
        return true;
      } catch (error) {
        if (!(error instanceof Error) || !/^ResourceInUse(Exception)?$/.test(error.name)) throw error;
        see(error.message);
        return undefined;
      }
    });
  },
});

const gone = ["TargetGroupNotFoundException", "TargetGroupNotFound"];

function healthCheck({ healthCheck: check }: Inputs) {
  if (check === undefined) return {};
  return {
    HealthCheckEnabled: check.enabled,
    HealthyThresholdCount: check.healthyThreshold,
    HealthCheckIntervalSeconds: check.interval,
    ...(check.matcher === undefined ? {} : { Matcher: { HttpCode: check.matcher } }),
    HealthCheckPath: check.path,
    HealthCheckPort: check.port,
    HealthCheckProtocol: check.protocol,
    HealthCheckTimeoutSeconds: check.timeout,
    UnhealthyThresholdCount: check.unhealthyThreshold,
  };
}
