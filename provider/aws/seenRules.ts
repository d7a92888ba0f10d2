import type { Step } from "../handler.ts";
import { ask } from "./awsProblem.ts";
import type { SeenRule, ServiceTargets } from "./readRules.ts";

/** What a resource knows of the rules that users reach. */
export interface ListenerFacts {
  readonly region: string;
  /** ARN of the listener. */
  readonly listener: string;
  readonly services: readonly ServiceTargets[];
}

/** The rules of a listener that forward to the given services, as they are now. @throws Problem that names what AWS refused */
export async function seenRules({ signal }: Step, { region, listener, services }: ListenerFacts): Promise<SeenRule[]> {
  return withLoadBalancing(region, async (client) => {
    const { readRules } = await import("./readRules.ts");
    return ask({ doing: "tell the listener's rules", where: listener, untouched: "Traffic was left as it is." }, () =>
      readRules(client, listener, services, signal),
    );
  });
}

type Client = Awaited<ReturnType<typeof import("./clients.ts").loadBalancingClient>>;

/** Asks load balancing for something, by a client of its own. */
export async function withLoadBalancing<T>(region: string, work: (client: Client) => Promise<T>): Promise<T> {
  const { loadBalancingClient } = await import("./clients.ts");
  const client = loadBalancingClient(region);
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}
