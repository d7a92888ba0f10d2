import {
  CreateListenerCommand,
  DeleteListenerCommand,
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { actionSchema, computedIn, fromActions, toActions } from "./actions.ts";
import { readTags, someTags, tagArn } from "./tags.ts";

const inputs = z.strictObject({
  loadBalancerArn: z.string(),
  port: z.number().int().min(1).max(65535).optional(),
  protocol: z.enum(["HTTP", "HTTPS"]).optional(),
  certificateArn: z.string().optional(),
  sslPolicy: z.string().optional(),
  defaultActions: z.array(actionSchema).min(1),
});
type Inputs = z.infer<typeof inputs>;

export const listener = kind<Inputs>({
  inputs,
  replaceOn: ["loadBalancerArn"],
  computed: ["protocol", "sslPolicy", ...computedIn("defaultActions")],
  ordered: ["defaultActions"],
  tag: tagArn,
  check: ({ protocol, certificateArn }): Record<string, string> =>
    protocol === "HTTPS" && certificateArn === undefined
      ? { certificateArn: "an HTTPS listener needs a certificate: the ARN of one in AWS Certificate Manager" }
      : {},
  async create({ aws, tags }, news) {
    const { Listeners: made } = await aws
      .client(ElasticLoadBalancingV2Client)
      .send(
        new CreateListenerCommand({ LoadBalancerArn: news.loadBalancerArn, ...changeable(news), ...someTags(tags) }),
      );
    return made?.[0]?.ListenerArn ?? "";
  },
  async read({ aws }, id, state) {
    const elb = aws.client(ElasticLoadBalancingV2Client);
    const answer = await orGone(elb.send(new DescribeListenersCommand({ ListenerArns: [id] })), ...gone);
    const found = answer?.Listeners?.[0];
    if (found === undefined) return undefined;
    return {
      arn: id,
      loadBalancerArn: found.LoadBalancerArn,
      port: found.Port,
      protocol: found.Protocol,
      certificateArn: found.Certificates?.[0]?.CertificateArn,
      sslPolicy: found.SslPolicy,
      defaultActions: fromActions(found.DefaultActions, state.defaultActions),
      tagsAll: await readTags(aws, id),
    };
  },
  async update({ aws }, id, news) {
    await aws
      .client(ElasticLoadBalancingV2Client)
      .send(new ModifyListenerCommand({ ListenerArn: id, ...changeable(news) }));
  },
  async delete({ aws }, id) {
    await orGone(
      aws.client(ElasticLoadBalancingV2Client).send(new DeleteListenerCommand({ ListenerArn: id })),
      ...gone,
    );
  },
});

const gone = ["ListenerNotFoundException", "ListenerNotFound", "LoadBalancerNotFoundException"];

function changeable(news: Inputs) {
  return {
    Port: news.port,
    Protocol: news.protocol,
    SslPolicy: news.sslPolicy,
    ...(news.certificateArn === undefined ? {} : { Certificates: [{ CertificateArn: news.certificateArn }] }),
    DefaultActions: toActions(news.defaultActions),
  };
}
