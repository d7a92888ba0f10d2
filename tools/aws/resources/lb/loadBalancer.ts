import {
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
  SetIpAddressTypeCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { type Attribute, attributesOf, propertiesFrom } from "./attributes.ts";
import { arnSuffix, readTags, someTags, tagArn } from "./tags.ts";

const inputs = z.strictObject({
  name: z
    .string()
    .regex(/^(?!-)(?!internal-)[A-Za-z0-9-]{1,32}(?<!-)$/, "name must be up to 32 letters, digits and hyphens")
    .optional(),
  loadBalancerType: z.enum(["application"]).default("application"),
  internal: z.boolean().optional(),
  ipAddressType: z.enum(["ipv4", "dualstack", "dualstack-without-public-ipv4"]).optional(),
  securityGroups: z.array(z.string()).optional(),
  subnets: z.array(z.string()).optional(),
  enableDeletionProtection: z.boolean().default(false),
  dropInvalidHeaderFields: z.boolean().default(false),
  preserveHostHeader: z.boolean().default(false),
  enableHttp2: z.boolean().default(true),
  enableWafFailOpen: z.boolean().default(false),
  desyncMitigationMode: z.enum(["monitor", "defensive", "strictest"]).default("defensive"),
  idleTimeout: z.number().int().min(1).max(4000).default(60),
  clientKeepAlive: z.number().int().min(60).max(604800).default(3600),
  accessLogs: z
    .strictObject({ bucket: z.string(), enabled: z.boolean().default(false), prefix: z.string().optional() })
    .optional(),
});
type Inputs = z.infer<typeof inputs>;

const attributes: readonly Attribute[] = [
  { property: "enableDeletionProtection", key: "deletion_protection.enabled", type: "boolean" },
  { property: "dropInvalidHeaderFields", key: "routing.http.drop_invalid_header_fields.enabled", type: "boolean" },
  { property: "preserveHostHeader", key: "routing.http.preserve_host_header.enabled", type: "boolean" },
  { property: "enableHttp2", key: "routing.http2.enabled", type: "boolean" },
  { property: "enableWafFailOpen", key: "waf.fail_open.enabled", type: "boolean" },
  { property: "desyncMitigationMode", key: "routing.http.desync_mitigation_mode", type: "string" },
  { property: "idleTimeout", key: "idle_timeout.timeout_seconds", type: "number" },
  { property: "clientKeepAlive", key: "client_keep_alive.seconds", type: "number" },
];

export const loadBalancer = kind<Inputs>({
  inputs,
  replaceOn: ["name", "loadBalancerType", "internal"],
  computed: ["internal", "ipAddressType", "securityGroups", "subnets", "accessLogs"],
  autoName: { property: "name", longest: 32 },
  tag: tagArn,
  async create(step, news) {
    const { LoadBalancers: made } = await step.aws.client(ElasticLoadBalancingV2Client).send(
      new CreateLoadBalancerCommand({
        Name: news.name,
        Type: news.loadBalancerType,
        Scheme: news.internal === true ? "internal" : "internet-facing",
        IpAddressType: news.ipAddressType,
        SecurityGroups: news.securityGroups,
        Subnets: news.subnets,
        ...someTags(step.tags),
      }),
    );
    return made?.[0]?.LoadBalancerArn ?? "";
  },
  async settle(step, id, news) {
    const elb = step.aws.client(ElasticLoadBalancingV2Client);
    const wanted = [...attributesOf(attributes, news), ...accessLogs(news)];
    await elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: id, Attributes: wanted }));
    await step.aws.until(`the load balancer ${id} to be active`, step.timeoutMs ?? 10 * 60_000, async (see) => {
      const { LoadBalancers: found } = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [id] }));
      const state = found?.[0]?.State;
      see(`${state?.Code} ${state?.Reason ?? ""}`);
      return state?.Code === "active" ? true : undefined;
    });
  },
  async read({ aws }, id) {
    const elb = aws.client(ElasticLoadBalancingV2Client);
    const answer = await orGone(elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [id] })), ...gone);
    const found = answer?.LoadBalancers?.[0];
    if (found === undefined) return undefined;
    const { Attributes: has } = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: id }));
    const logs = Object.fromEntries((has ?? []).map(({ Key = "", Value }) => [Key, Value]));
    return {
      arn: id,
      arnSuffix: arnSuffix(id),
      dnsName: found.DNSName,
      zoneId: found.CanonicalHostedZoneId,
      vpcId: found.VpcId,
      name: found.LoadBalancerName,
      loadBalancerType: found.Type,
      internal: found.Scheme === "internal",
      ipAddressType: found.IpAddressType,
      securityGroups: found.SecurityGroups,
      subnets: found.AvailabilityZones?.map((zone) => zone.SubnetId),
      ...propertiesFrom(attributes, has),
      accessLogs: {
        enabled: logs["access_logs.s3.enabled"] === "true",
        bucket: logs["access_logs.s3.bucket"] ?? "",
        prefix: logs["access_logs.s3.prefix"] ?? "",
      },
      tagsAll: await readTags(aws, id),
    };
  },
  async update(step: Step, id, news, _state, changed) {
    const elb = step.aws.client(ElasticLoadBalancingV2Client);
    const at = { LoadBalancerArn: id };
    if (changed.has("securityGroups")) {
      await elb.send(new SetSecurityGroupsCommand({ ...at, SecurityGroups: news.securityGroups }));
    }
    if (changed.has("subnets")) await elb.send(new SetSubnetsCommand({ ...at, Subnets: news.subnets }));
    if (changed.has("ipAddressType")) {
      await elb.send(new SetIpAddressTypeCommand({ ...at, IpAddressType: news.ipAddressType }));
    }
    // Attributes are set by settle, after a creation and a change alike.
  },
  async delete({ aws }, id) {
    const elb = aws.client(ElasticLoadBalancingV2Client);
    await orGone(elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: id })), ...gone);
  },
});

const gone = ["LoadBalancerNotFoundException", "LoadBalancerNotFound"];

function accessLogs({ accessLogs: logs }: Inputs) {
  if (logs === undefined) return [];
  return [
    { Key: "access_logs.s3.enabled", Value: String(logs.enabled) },
    { Key: "access_logs.s3.bucket", Value: logs.bucket },
    { Key: "access_logs.s3.prefix", Value: logs.prefix ?? "" },
  ];
}
