import {
  type EnvironmentName,
  environmentNames,
  servesAll,
  type Weights,
  weightsFault,
} from "../../release/environment.ts";

/** Ports of the load balancer's own listeners: users', and one for the tests of each environment. */
export const listenerPorts = { users: 443, blue: 8443, green: 8444 } as const;

/** What a listener's rule asks of a request: one of the hosts, and one of the paths where there are any. */
export function ruleConditions(hosts: readonly string[], paths: readonly string[] | undefined) {
  return [
    { hostHeader: { values: [...hosts] } },
    ...(paths === undefined ? [] : [{ pathPattern: { values: [...paths] } }]),
  ];
}

/** What a rule asks of testers beside that: by a header, for one environment. */
export function testersCondition(header: string, environment: EnvironmentName) {
  return { httpHeader: { httpHeaderName: header, values: [environment] } };
}

/** The places of a service's rules for testers. */
export function testersPriorities(first: number): Readonly<Record<EnvironmentName, number>> {
  return { blue: first, green: first + 1 };
}

/**
 * The action of the rule that users reach: both environments' target groups with their weights, also where a weight is 0, so that
 * a switch changes two numbers and nothing else.
 *
 * @param stickySeconds how long a user stays with the version that answered first; on only while traffic is shared, for a target group
 *   goes on answering those who stick to it, whatever its weight
 * @throws RangeError when the weights are no whole percents that sum to 100
 */
export function weightedForward<Arn>(
  targetGroups: Readonly<Record<EnvironmentName, Arn>>,
  weights: Weights,
  stickySeconds?: number,
) {
  const fault = weightsFault(weights);
  if (fault !== undefined) throw new RangeError(fault);
  return [
    {
      type: "forward",
      forward: {
        targetGroups: environmentNames.map((name) => ({ arn: targetGroups[name], weight: weights[name] })),
        ...(stickySeconds === undefined
          ? {}
          : { stickiness: { enabled: servesAll(weights) === undefined, duration: stickySeconds } }),
      },
    },
  ];
}

/** Where users and tests reach a service, as addresses; the standard port is left out. */
export function addressOf(host: string, port: number): string {
  return port === 443 ? `https://${host}` : `https://${host}:${port}`;
}
