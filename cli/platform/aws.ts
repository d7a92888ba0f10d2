import {
  pagesFactsOf,
  scaledServicesOf,
  servingFactsOf,
  taskFactsOf,
  testAddressesOf,
} from "../../components/aws/serving.ts";
import { isStopped } from "../../components/aws/stopped.ts";
import { watchFactsOf } from "../../components/aws/watching.ts";
import { type Settings, thresholdsOf } from "../../config.ts";
import { type AwsServing, type AwsServingFacts, readAwsServing } from "../../provider/aws/serving.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { sentence } from "../../release/problem.ts";
import { within } from "../../release/within.ts";
import type { Context } from "../context.ts";
import type { Platform, Readiness, ServiceHealth, Serving } from "./platform.ts";

/** How long AWS may take to answer one question, with all its tries, ms. */
const answerWithin = 60_000;
/** How long the way back waits for ECS to take it that there shall be more tasks, ms. */
const growWithin = 15_000;

/** The platform of a stack on AWS, by the names that its settings make. What is not deployed yet serves nobody. */
export function awsPlatform(context: Context): Platform {
  const settings = context.settings();
  const { aws } = settings;
  const stated = servingFactsOf(context.stack, settings);
  const tasks = taskFactsOf(context.stack, settings);
  if (aws === undefined || stated === undefined || tasks === undefined) throw new Error("greenlight:aws is missing");
  const facts = inOrder(stated, Object.keys(aws.services));
  const patience = () => AbortSignal.timeout(answerWithin);

  const health = async (environment: EnvironmentName, signal: AbortSignal): Promise<ServiceHealth[]> => {
    const { readTargetHealth } = await import("../../provider/aws/targetHealth.ts");
    const targets = await readTargetHealth(facts, signal);
    return facts.services.map(({ service }) => {
      const seen = targets[service]?.[environment];
      const { healthy, of, reasons } = seen ?? { healthy: 0, of: 0, reasons: [] };
      const sick = of === 0 ? [`${service} has no target in ${environment}`] : reasons.map((it) => `${service}: ${it}`);
      return { service, healthy, of, sick };
    });
  };

  /** Raises services that scale to the size of the side that served. Never rejects: traffic has moved, whatever becomes of it. */
  const grow = async (to: EnvironmentName, tell: (step: string) => void): Promise<void> => {
    const services = scaledServicesOf(context.stack, settings);
    if (services.length === 0) return;
    try {
      const [{ ecsClient }, { raiseTasks, sayRaised }] = await Promise.all([
        import("../../provider/aws/clients.ts"),
        import("../../provider/aws/raiseTasks.ts"),
      ]);
      const client = ecsClient(tasks.region);
      try {
        const raised = await raiseTasks(client, { ...tasks, services }, to, AbortSignal.timeout(growWithin));
        if (raised.length > 0) tell(sayRaised(raised, to));
      } finally {
        client.destroy();
      }
    } catch (error) {
      tell(`whether ${to} has tasks enough could not be asked: ${sentence(error).split("\n")[0]}`);
    }
  };

  const platform: Platform = {
    name: "aws",
    services: facts.services.map(({ service }) => service),
    serving: async () => servingOf(await readAwsServing(facts, patience())),
    async running() {
      const [{ readRunningImages }, { versionsOf }] = await Promise.all([
        import("../../provider/aws/runningImages.ts"),
        import("../../project/platform/imageVersions.ts"),
      ]);
      return versionsOf(context.project, context.settings(), await readRunningImages(tasks, patience()));
    },
    async healthy(environment) {
      const { healthyTargets } = await import("../../provider/aws/targetHealth.ts");
      return healthyTargets(facts, environment, patience());
    },
    // The load balancer goes on asking; its last word is there at once.
    health: (environment, signal) => within(answerWithin, signal, (one) => health(environment, one)),
    async readiness(environment) {
      try {
        const seen = readinessOf(environment, await health(environment, patience()));
        return seen.ready || !isStopped(environment, settings) ? seen : stopped(environment, settings);
      } catch (error) {
        const why = sentence(error).split("\n")[0];
        return { ready: true, says: `the health of ${environment} could not be read: ${why}` };
      }
    },
    async moveTraffic(to, tell) {
      const { moveAwsTraffic } = await import("../../provider/aws/moveTraffic.ts");
      // Traffic waits for nobody: a side that has shrunk meanwhile grows beside it.
      const grown = grow(to, tell);
      const moved = await moveAwsTraffic(facts, to, tell);
      await grown;
      return moved;
    },
    ...pagesOf(context.stack, settings, patience),
    movedAt: () => undefined,
    troubles: async (environment, signal) => {
      const { alarmTroubles } = await import("../../provider/aws/alarmTroubles.ts");
      return alarmTroubles(watchFactsOf(context.stack, settings, environment), signal);
    },
    async count(signal) {
      const [{ cloudWatchTraffic }, { countTold }] = await Promise.all([
        import("../../provider/aws/watch/trafficSource.ts"),
        import("../../provider/watch/toldCount.ts"),
      ]);
      return countTold(cloudWatchTraffic(facts), signal);
    },
    thresholds() {
      const all = thresholdsOf(settings);
      return { ...all, database: { ...all.database, required: aws.database !== undefined } };
    },
    async observer(args) {
      const { openAwsObserver } = await import("../watch/aws/openObserver.ts");
      return openAwsObserver(context, platform, facts, args);
    },
    addresses: (environment) => testAddressesOf(aws, environment),
  };
  return platform;
}

function pagesOf(stack: string, settings: Settings, patience: () => AbortSignal): Pick<Platform, "pages"> {
  const facts = pagesFactsOf(stack, settings);
  if (facts === undefined) return {};
  return {
    pages: {
      async served() {
        const { readPagesServed } = await import("../../provider/aws/frontend/pagesServed.ts");
        return readPagesServed(facts, patience());
      },
      async move(version) {
        const { movePages } = await import("../../provider/aws/frontend/movePages.ts");
        return movePages(facts, version, patience());
      },
    },
  };
}

/** Services switch, and go back, in the order of `aws.services`. */
function inOrder(facts: AwsServingFacts, order: readonly string[]): AwsServingFacts {
  const services = facts.services.toSorted((a, b) => order.indexOf(a.service) - order.indexOf(b.service));
  return { ...facts, services };
}

function servingOf({ readAt, rules, environment }: AwsServing): Serving {
  return {
    readAt,
    environment,
    weights: Object.fromEntries(rules.map(({ service, weights }) => [service, weights])),
  };
}

/** Only a service without a single healthy target stands in the way: everything else is better than what users have now. */
function readinessOf(environment: EnvironmentName, services: readonly ServiceHealth[]) {
  const dead = services.filter(({ healthy }) => healthy === 0);
  const sick = services.flatMap((it) => it.sick);
  if (dead.length > 0) {
    const names = dead.map(({ service }) => service).join(" and ");
    return {
      ready: false,
      says: `There is no way back: ${environment} has no healthy target for ${names}${why(sick)}.`,
    };
  }
  return {
    ready: true,
    says: sick.length === 0 ? undefined : `not every target of ${environment} is healthy${why(sick)}`,
  };
}

/** What is stopped on purpose is no dead side: it can be started, and that takes minutes. */
function stopped(environment: EnvironmentName, settings: Settings): Readiness {
  return {
    ready: false,
    says: `There is no way back in seconds: ${environment} ${settings[environment]} is stopped (aws.stopped).`,
    next: `\`greenlight switch ${environment}\` starts it, asks its gates and then moves traffic, in minutes`,
  };
}

function why(sick: readonly string[]): string {
  return sick.length === 0 ? "" : ` (${sick.slice(0, 3).join("; ")})`;
}
