import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  type ElasticLoadBalancingV2Client,
  LoadBalancerNotFoundException,
} from "@aws-sdk/client-elastic-load-balancing-v2";

/** The ARN of a load balancer's listener on port 443; undefined when there is no such load balancer, or it has none. */
export async function usersListener(
  client: ElasticLoadBalancingV2Client,
  loadBalancer: string,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { LoadBalancers = [] } = await client.send(new DescribeLoadBalancersCommand({ Names: [loadBalancer] }), {
      abortSignal,
    });
    const LoadBalancerArn = LoadBalancers[0]?.LoadBalancerArn;
    if (LoadBalancerArn === undefined) return undefined;
    const { Listeners = [] } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }), { abortSignal });
    return Listeners.find(({ Port }) => Port === 443)?.ListenerArn;
  } catch (error) {
    if (error instanceof LoadBalancerNotFoundException) return undefined;
    throw error;
  }
}
