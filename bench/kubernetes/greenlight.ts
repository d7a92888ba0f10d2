import { deployerName } from "../../tools/kubernetes/cluster/access.ts";
import type { Contender } from "./contender.ts";
import type { Stack } from "./stack.ts";

/** The half of users' requests that both canaries have before they are promoted. */
export const canaryShare = 50;

const made: Contender["made"] = ({ user }) => user === deployerName();

/** By the selector of a live Service: `pulumi up` with the candidate beside what serves, then `greenlight switch`. */
export function blueGreen(stack: Stack): Contender {
  return {
    name: "greenlight-bluegreen",
    port: stack.plan.port,
    made,
    prepare: async (version) => await stack.deployBeside(version),
    promote: async () => await stack.give(),
  };
}

/** By the weights of an HTTPRoute: half of the requests by hand, then `greenlight switch`. */
export function canary(stack: Stack): Contender {
  return {
    name: "greenlight-canary",
    port: stack.plan.port,
    made,
    async prepare(version) {
      await stack.deployBeside(version);
      await stack.give(canaryShare);
    },
    promote: async () => await stack.give(),
  };
}
