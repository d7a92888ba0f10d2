import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { z } from "zod";
import type { AwsFunction } from "../plugin/standIn.ts";
import { fromActions } from "../resources/lb/actions.ts";
import { arnSuffix, readTags } from "../resources/lb/tags.ts";

const listenerArguments = z.strictObject({
  arn: z.string().optional(),
  loadBalancerArn: z.string().optional(),
  port: z.number().optional(),
});
const loadBalancerArguments = z.strictObject({ arn: z.string().optional(), name: z.string().optional() });

export const getListener: AwsFunction = async (aws, given) => {
  const { arn, loadBalancerArn, port } = listenerArguments.parse(given);
  const { Listeners: all = [] } = await aws
    .client(ElasticLoadBalancingV2Client)
    .send(
      new DescribeListenersCommand(arn === undefined ? { LoadBalancerArn: loadBalancerArn } : { ListenerArns: [arn] }),
    );
  const found = all.find((it) => port === undefined || it.Port === port);
  if (found?.ListenerArn === undefined) throw new Error(`No listener matches ${JSON.stringify(given)}.`);
  return {
    id: found.ListenerArn,
    arn: found.ListenerArn,
    loadBalancerArn: found.LoadBalancerArn,
    port: found.Port,
    protocol: found.Protocol,
    sslPolicy: found.SslPolicy,
    certificateArn: found.Certificates?.[0]?.CertificateArn,
    defaultActions: fromActions(found.DefaultActions, undefined),
    tags: await readTags(aws, found.ListenerArn),
    region: aws.region,
  };
};

export const getLoadBalancer: AwsFunction = async (aws, given) => {
  const { arn, name } = loadBalancerArguments.parse(given);
  const { LoadBalancers: all = [] } = await aws.client(ElasticLoadBalancingV2Client).send(
    new DescribeLoadBalancersCommand({
      ...(arn === undefined ? {} : { LoadBalancerArns: [arn] }),
      ...(name === undefined ? {} : { Names: [name] }),
    }),
  );
  const [found] = all;
  if (found?.LoadBalancerArn === undefined) throw new Error(`No load balancer matches ${JSON.stringify(given)}.`);
  return {
    id: found.LoadBalancerArn,
    arn: found.LoadBalancerArn,
    arnSuffix: arnSuffix(found.LoadBalancerArn),
    name: found.LoadBalancerName,
    dnsName: found.DNSName,
    zoneId: found.CanonicalHostedZoneId,
    vpcId: found.VpcId,
    internal: found.Scheme === "internal",
    securityGroups: found.SecurityGroups,
    subnets: found.AvailabilityZones?.map((zone) => zone.SubnetId),
    region: aws.region,
  };
};
