import { servingFactsOf } from "../../components/aws/serving.ts";
import type { Settings } from "../../config.ts";
import { readAwsServing } from "../../provider/aws/serving.ts";
import { sayShares } from "../../provider/aws/switching.ts";
import type { EnvironmentName, Weights } from "../../release/environment.ts";
import { sentence } from "../../release/problem.ts";
import type { Context } from "../context.ts";

/** What `greenlight status --json` prints for a stack on AWS: what serves, as its rules say. The rest is not offered there yet. */
export interface AwsStatus {
  readonly ok: boolean;
  readonly project: string;
  readonly stack: string;
  readonly platform: "aws";
  readonly readAt: string;
  /** Why it is not ok: a sentence each. */
  readonly reasons: readonly string[];
  readonly serves: {
    readonly environment: EnvironmentName | null;
    /** By service; null for a service without a rule. Null as a whole where AWS did not say. */
    readonly weights: Readonly<Record<string, Weights | null>> | null;
  };
  readonly asked: { readonly environment: EnvironmentName; readonly version: string | null };
  /** What a status has elsewhere, and has not here. */
  readonly notOffered: readonly string[];
}

/** Parts of a status that nobody reads from AWS yet. */
const notOffered = ["versions", "health", "alarms", "since", "wayBack"] as const;

/** Reads what serves from the load balancer's rules, without the engine. */
export async function readAwsStatus(context: Context, settings: Settings, signal: AbortSignal): Promise<AwsStatus> {
  const facts = servingFactsOf(context.stack, settings);
  const asked = { environment: settings.live, version: settings[settings.live] ?? null };
  const common = { project: context.projectName, stack: context.stack, platform: "aws", asked, notOffered } as const;
  try {
    if (facts === undefined) throw new Error("greenlight:aws is missing");
    const { rules, environment, readAt } = await readAwsServing(facts, signal);
    const nobody = rules.every(({ weights }) => weights === undefined);
    const reasons =
      environment === settings.live
        ? []
        : [
            nobody
              ? "Nothing serves: no rule of the load balancer forwards to this stack."
              : `The settings ask for ${settings.live}; users are served ${rules.map(sayShares).join("; ")}.`,
          ];
    return {
      ...common,
      ok: reasons.length === 0,
      readAt: readAt.toISOString(),
      reasons,
      serves: {
        environment: environment ?? null,
        weights: Object.fromEntries(rules.map(({ service, weights }) => [service, weights ?? null])),
      },
    };
  } catch (error) {
    signal.throwIfAborted();
    return {
      ...common,
      ok: false,
      readAt: new Date().toISOString(),
      reasons: [sentence(error)],
      serves: { environment: null, weights: null },
    };
  }
}

/** The status in words. */
export function awsStatusText({ ok, serves, asked, reasons, readAt }: AwsStatus): string {
  const weights = Object.entries(serves.weights ?? {}).map(([service, it]) =>
    sayShares({ service, rule: undefined, weights: it ?? undefined }),
  );
  return [
    `${ok ? "✓" : "✗"} ${serves.environment === null ? "no environment has all traffic" : `${serves.environment} serves 100 %`} (read back ${readAt.slice(11, 19)})`,
    ...(weights.length === 0 ? [] : [`  rules      ${weights.join("; ")}`]),
    `  asked      ${asked.environment} ${asked.version ?? "without a version"}`,
    ...reasons.map((it) => `  because    ${it}`),
    `  not offered on aws yet: ${notOffered.join(", ")}; see the stack's alarms and dashboard (docs/aws.md)`,
  ].join("\n");
}
