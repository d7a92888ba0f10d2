import type { Settings } from "../../config.ts";
import { sayAskedTraffic } from "../../project/askedTraffic.ts";
import { readAwsServing } from "../../provider/aws/serving.ts";
import { sayShares } from "../../provider/aws/switching.ts";
import { sentence } from "../../release/problem.ts";
import { servingFactsOf } from "./serving.ts";

/** One line for the head of a preview: what serves now, as read from the load balancer, and what the settings make of it. */
export async function sayAwsServing(_project: string, stack: string, settings: Settings): Promise<string> {
  const names = Object.keys(settings.services).join(", ");
  const asked = sayAskedTraffic(settings);
  const facts = servingFactsOf(stack, settings);
  if (facts === undefined) return `${names}: the settings ask for ${asked}`;
  try {
    const { rules, environment, readAt } = await readAwsServing(facts, AbortSignal.timeout(10_000));
    const read = `(read ${readAt.toISOString()})`;
    if (rules.every(({ weights }) => weights === undefined)) {
      return `${names}: nothing serves yet ${read}; the settings ask for ${asked}`;
    }
    if (environment !== undefined) {
      const kept = environment === settings.live && settings.share === 0;
      const change = kept ? "the settings keep that" : `the settings move traffic to ${asked}`;
      return `${names}: ${environment} serves ${read}; ${change}`;
    }
    return `${rules.map(sayShares).join("; ")} ${read}; the settings ask for ${asked}`;
  } catch (error) {
    return `${names}: what serves could not be read (${sentence(error).split("\n")[0]}); the settings ask for ${asked}`;
  }
}
