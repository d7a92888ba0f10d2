import type { ResourceValidationPolicy } from "@pulumi/policy";
import { judgeEach } from "../inputs/reading.ts";
import { list, record } from "../inputs/values.ts";

type Props = Readonly<Record<string, unknown>>;

/** Shares of traffic as a resource states them: what they belong to, and where each weight is read. */
interface Shares {
  readonly of: string;
  readonly weights: () => readonly unknown[];
}

const readers: Readonly<Record<string, (props: Props) => readonly Shares[]>> = {
  "greenlight:local:Traffic": ({ weights }) => [ofEnvironments(weights)],
  "greenlight:aws:SwitchGate": ({ weights }) => [ofEnvironments(weights)],
  "greenlight:kubernetes:SwitchGate": ({ weights }) => [ofEnvironments(weights)],
  "aws:lb/listener:Listener": ({ defaultActions }) => forwards(defaultActions),
  "aws:alb/listener:Listener": ({ defaultActions }) => forwards(defaultActions),
  "aws:lb/listenerRule:ListenerRule": ({ actions }) => forwards(actions),
  "aws:alb/listenerRule:ListenerRule": ({ actions }) => forwards(actions),
  "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute": ({ spec }) => routes(spec),
  "kubernetes:gateway.networking.k8s.io/v1beta1:HTTPRoute": ({ spec }) => routes(spec),
  "kubernetes:gateway.networking.k8s.io/v1:GRPCRoute": ({ spec }) => routes(spec),
};

export const weightsSum: ResourceValidationPolicy = {
  name: "weights-sum",
  displayName: "Shares of traffic sum to 100",
  description: "Wherever traffic is shared, each share is a stated whole number of percent, and they sum to 100.",
  enforcementLevel: "mandatory",
  severity: "high",
  remediationSteps: "State a weight for each target, in percent, so that they sum to 100.",
  validateResource({ type, props }, reportViolation) {
    const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
    if (read === undefined) return;
    judgeEach(read(props), ({ of, weights }) => {
      const fault = faultOf(weights());
      if (fault !== undefined) {
        reportViolation(`The weights of ${of} ${fault}. State each in percent, so that they sum to 100.`);
      }
    });
  },
};

function ofEnvironments(weights: unknown): Shares {
  return { of: "blue and green", weights: () => [record(weights).blue, record(weights).green] };
}

function faultOf(weights: readonly unknown[]): string | undefined {
  const wrong = weights.find((it) => typeof it !== "number" || !Number.isInteger(it) || it < 0 || it > 100);
  if (wrong !== undefined) return `hold ${String(wrong)}, which is no whole number from 0 to 100`;
  if (weights.includes(undefined)) return "are not all stated";
  const sum = weights.reduce((total: number, it) => total + Number(it), 0);
  return sum === 100 ? undefined : `are ${weights.join(", ")} and sum to ${sum}`;
}

/** Forwarding actions of a load balancer; one that names a single target shares nothing. */
function forwards(actions: unknown): readonly Shares[] {
  return shared(actions, (action) => record(action.forward).targetGroups, "the target groups");
}

function routes(spec: unknown): readonly Shares[] {
  return shared(record(spec).rules, (rule) => rule.backendRefs, "the backends");
}

function shared(parts: unknown, targets: (part: Props) => unknown, what: string): readonly Shares[] {
  const all = list(parts);
  return Array.from({ length: all.length }, (_, index) => ({
    of: all.length === 1 ? what : `${what} of rule ${index + 1}`,
    weights: () => {
      const stated = list(targets(record(all[index])));
      const weights = Array.from({ length: stated.length }, (_unused, at) => record(stated[at]).weight);
      return weights.length > 1 ? weights : [100];
    },
  }));
}
