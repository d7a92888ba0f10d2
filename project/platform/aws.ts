import { isDeepStrictEqual } from "node:util";
import { servingFactsOf, taskFactsOf } from "../../components/aws/serving.ts";
import { deciding, watchFactsOf } from "../../components/aws/watching.ts";
import { requireAccount } from "../../provider/aws/account.ts";
import { alarmTroubles, readAlarmStates } from "../../provider/aws/alarmTroubles.ts";
import { type RunningTasks, readRunningTasks } from "../../provider/aws/runningImages.ts";
import { environmentsServing, readAwsServing } from "../../provider/aws/serving.ts";
import { readTargetHealth, type TargetsBySide } from "../../provider/aws/targetHealth.ts";
import { type EnvironmentName, servesAll } from "../../release/environment.ts";
import type { FiringAlarm, LiveHealth } from "../liveHealth.ts";
import { imageVersions, sayImage } from "./imageVersions.ts";
import { answerWithinMs, inTime, leftAlone, once } from "./inTime.ts";
import { newestOnAws } from "./newestOnAws.ts";
import type { AskedPlatform, AskedStack, LiveInstances } from "./platform.ts";

/**
 * The account and region that the settings name: the rules of the load balancer, its targets, ECS's tasks, CloudWatch's alarms.
 *
 * @param ms longest that one question may take
 */
export function askedAws(it: AskedStack, ms = answerWithinMs): AskedPlatform {
  const { project, stack, settings } = it;
  const { aws } = settings;
  const facts = servingFactsOf(stack, settings);
  const tasks = taskFactsOf(stack, settings);
  if (aws === undefined || facts === undefined || tasks === undefined) throw new Error("greenlight:aws is missing");
  const { region } = aws;
  const names = Object.keys(settings.services);
  const own = once(() =>
    inTime("Asking whose credentials these are", { ms, signal: it.signal }, (signal) =>
      requireAccount(aws.account, region, signal),
    ),
  );
  const ask = async <T>(what: string, question: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    await own();
    return inTime(`Asking AWS ${what}`, { ms, signal: it.signal }, question);
  };
  const rules = once(() => ask("what serves", (signal) => readAwsServing(facts, signal)));
  const running = once(() => ask("which tasks run", (signal) => readRunningTasks(tasks, signal)));

  const noGo = (environment: EnvironmentName) => watchFactsOf(stack, settings, environment).noGo;
  /** Services that users reach. One that the release makes has no rule yet. */
  const shared = async () => {
    const { rules: all } = await rules();
    const led = all.filter(({ weights }) => weights !== undefined);
    const first = led[0]?.weights;
    const agree = first !== undefined && led.every(({ weights }) => isDeepStrictEqual(weights, first));
    return { all, led, live: environmentsServing({ rules: all }), environment: agree ? servesAll(first) : undefined };
  };

  const health = async (): Promise<LiveHealth> => {
    const { all, led, environment: agreed } = await shared();
    if (led.length === 0) return { serves: "nothing", services: names, instances: [], firing: [] };
    if (agreed === undefined) return { serves: "divided", services: names, instances: [], firing: [] };
    const [targets, tasksNow, troubles] = await Promise.all([
      ask("for the health of the targets", (signal) => readTargetHealth(facts, signal)),
      running(),
      ask("for its alarms", (signal) => alarmTroubles({ region, noGo: noGo(agreed) }, signal)),
    ]);
    const lost = all.flatMap(({ service, weights }) =>
      weights === undefined ? withoutRule(service, agreed, targets[service]) : [],
    );
    return {
      serves: agreed,
      services: led.map(({ service }) => service),
      instances: led.flatMap(({ service }) =>
        instancesOf(
          service,
          targets[service],
          tasksNow[agreed][service],
          agreed,
          settings.services[service]?.instances,
        ),
      ),
      firing: [...lost, ...troubles.map((says) => ({ service: names.join(", ").slice(0, 100), says }))],
    };
  };

  return {
    health: () => leftAlone(health()),
    serving: () =>
      shared()
        .then(({ environment }) => environment)
        .catch(() => undefined),
    async live() {
      const { live } = await shared();
      if (live.length === 0) return [];
      const versionOf = imageVersions(project, settings);
      const seen = await running();
      return live.flatMap((environment) =>
        Object.entries(seen[environment]).map(([service, { digests }]): LiveInstances => {
          const versions = [...new Set(digests)].map((digest) => {
            const version = versionOf(environment, service, digest);
            return { version, says: version ?? sayImage(digest) };
          });
          return { service, environment, count: digests.length, versions };
        }),
      );
    },
    async alarms() {
      const { live, led } = await shared();
      if (live.length === 0) return { armed: "not yet", unwatched: [] };
      const there = await Promise.all(
        live.map((environment) => {
          // CloudWatch tells fifty at once; a stack has at most twenty services.
          const wanted = led.flatMap(({ service }) => deciding(stack, settings, environment, service));
          return ask("which alarms there are", async (signal) => ({
            ...(await readAlarmStates(region, wanted.slice(0, 50), signal)),
            ...(await readAlarmStates(region, [noGo(environment), ...wanted.slice(50)], signal)),
          }));
        }),
      );
      const known = new Set(there.flatMap((states) => Object.keys(states)));
      if (!live.every((environment) => known.has(noGo(environment)))) return { armed: "missing", unwatched: [] };
      // A service that nothing leads to yet gets its alarms in the update that makes it.
      const unwatched = led
        .map(({ service }) => service)
        .filter((service) =>
          live.some((name) => !deciding(stack, settings, name, service).every((alarm) => known.has(alarm))),
        );
      return { armed: "armed", unwatched };
    },
    watched: () => names,
    mostInstances: (service) => aws.services[service]?.scaling?.most ?? settings.services[service]?.instances ?? 0,
    newestSnapshot: async () => {
      const { database } = aws;
      if (database === undefined) return undefined;
      return ask("for the snapshots of the database", (signal) => newestOnAws(stack, aws, database, signal));
    },
    // Restoring one costs a database and its time: `greenlight drill snapshot` does it apart from updates.
    drillsSnapshots: false,
  };
}

/** A service without a rule is a new one, unless its targets are there. */
function withoutRule(
  service: string,
  environment: EnvironmentName,
  targets: TargetsBySide | undefined,
): readonly FiringAlarm[] {
  const { of = 0 } = targets?.[environment] ?? {};
  if (of === 0) return [];
  return [{ service, says: `no rule leads users to ${service}, though ${environment} has ${of} targets for it` }];
}

/** Each target, and each task that is missing: a target that is gone would not be there to be sick. */
function instancesOf(
  service: string,
  targets: TargetsBySide | undefined,
  tasks: RunningTasks | undefined,
  environment: EnvironmentName,
  asked = 1,
): LiveHealth["instances"] {
  const { healthy, of, reasons } = targets?.[environment] ?? { healthy: 0, of: 0, reasons: [] };
  // Scaling adds tasks and takes them away; fewer than the settings say is no scaling.
  const least = Math.min(asked, tasks?.desired ?? asked);
  const sick = reasons.map((says) => ({ service, healthy: false, says }));
  const missing = of < least ? [{ service, healthy: false, says: `${environment} has ${of} of ${least} targets` }] : [];
  return [
    ...Array.from({ length: healthy }, () => ({ service, healthy: true, says: "healthy" })),
    ...sick,
    ...(of === 0 ? [] : missing),
  ];
}
