import { freePort } from "../../tools/freePort.ts";
import type { FollowedService } from "../../tools/kubernetes/follower.ts";
import { service } from "./image.ts";
import { previewOf } from "./workload.ts";

/** What the names of our two stacks' objects begin with: one switches by a Service's selector, one by a route's weights. */
export const prefixes = { blueGreen: "ours", canary: "routed" } as const;
/** Names of the others' Deployment, Rollouts, and Services. */
export const others = ["rolling", "argo-bluegreen", "argo-canary"] as const;

interface StackPorts {
  readonly users: number;
  readonly tests: { readonly blue: number; readonly green: number };
}

/** Where on loopback each contender's users, and our smoke tests, reach it. */
export interface Ports {
  readonly stacks: Readonly<Record<keyof typeof prefixes, StackPorts>>;
  readonly others: Readonly<Record<(typeof others)[number], number>>;
  readonly preview: number;
}

export async function freePorts(): Promise<Ports> {
  const stack = async () => ({
    users: await freePort(),
    tests: { blue: await freePort(), green: await freePort() },
  });
  return {
    stacks: { blueGreen: await stack(), canary: await stack() },
    others: { rolling: await freePort(), "argo-bluegreen": await freePort(), "argo-canary": await freePort() },
    preview: await freePort(),
  };
}

/** Every Service and route that requests go by: all contenders' by the same kind of proxy. */
export function followedServices(ports: Ports): FollowedService[] {
  const { blueGreen, canary } = ports.stacks;
  const sides = (prefix: string) => [`${prefix}-${service}-blue`, `${prefix}-${service}-green`] as const;
  const tests = (prefix: string, { tests: { blue, green } }: StackPorts) => {
    const [first, second] = sides(prefix);
    return [
      { name: first, port: blue },
      { name: second, port: green },
    ];
  };
  const routed = `${prefixes.canary}-${service}`;
  return [
    { name: `${prefixes.blueGreen}-${service}`, port: blueGreen.users },
    ...tests(prefixes.blueGreen, blueGreen),
    { name: routed, port: canary.users, route: routed, backends: sides(prefixes.canary) },
    ...tests(prefixes.canary, canary),
    ...others.map((name) => ({ name, port: ports.others[name] })),
    { name: previewOf("argo-bluegreen"), port: ports.preview },
  ];
}
