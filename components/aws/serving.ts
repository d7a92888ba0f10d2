import type { Settings } from "../../config.ts";
import type { PagesFacts } from "../../provider/aws/frontend/pagesServed.ts";
import type { AwsTaskFacts } from "../../provider/aws/runningImages.ts";
import type { AwsServingFacts } from "../../provider/aws/serving.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { addressOf, listenerPorts } from "./forwarding.ts";
import { edgeName } from "./frontend/edgeName.ts";
import { physicalName } from "./physicalName.ts";
import type { AwsSettings } from "./settings.ts";

/** What every name in AWS begins with. */
export function namePrefix(stack: string, aws: AwsSettings): string {
  return aws.name ?? stack;
}

/** Where what serves is read: plain facts from the settings alone, so that it can be read before, and without, the engine. */
export function servingFactsOf(stack: string, settings: Settings): AwsServingFacts | undefined {
  const { aws } = settings;
  if (aws === undefined) return undefined;
  const { existing } = aws.loadBalancer;
  const prefix = namePrefix(stack, aws);
  return {
    region: aws.region,
    ...(existing === undefined
      ? { loadBalancer: physicalName("loadBalancer", prefix) }
      : { listener: existing.listener }),
    services: Object.keys(settings.services).map((service) => ({
      service,
      blue: physicalName("targetGroup", prefix, "blue", service),
      green: physicalName("targetGroup", prefix, "green", service),
    })),
  };
}

/** Where it is read which pages are served, for a stack that has some; from the settings alone. */
export function pagesFactsOf(stack: string, { aws }: Settings): PagesFacts | undefined {
  if (aws?.frontend === undefined) return undefined;
  return { region: aws.region, store: edgeName(namePrefix(stack, aws)) };
}

/** Where the tasks run, and under which names; from the settings alone. */
export function taskFactsOf(stack: string, settings: Settings): AwsTaskFacts | undefined {
  const { aws } = settings;
  if (aws === undefined) return undefined;
  const prefix = namePrefix(stack, aws);
  return {
    region: aws.region,
    cluster: aws.cluster ?? physicalName("cluster", prefix),
    services: Object.keys(settings.services).map((service) => ({
      service,
      blue: physicalName("service", prefix, "blue", service),
      green: physicalName("service", prefix, "green", service),
    })),
  };
}

/** Services whose number of tasks is the load's: a side must not receive their users with fewer tasks than serve them. */
export function scaledServicesOf(stack: string, settings: Settings): AwsTaskFacts["services"] {
  const all = taskFactsOf(stack, settings)?.services ?? [];
  return all.filter(({ service }) => settings.aws?.services[service]?.scaling !== undefined);
}

/** Where each service of one environment is reached by tests, whoever serves users. */
export function testAddressesOf(
  { loadBalancer, services }: AwsSettings,
  environment: EnvironmentName,
): Record<string, string> {
  const port = loadBalancer.existing?.[environment].port ?? listenerPorts[environment];
  const atListener = addressesOf({ services }, port);
  return Object.fromEntries(
    Object.entries(services).map(([service, { addresses }]) => [
      service,
      addresses[environment] ?? atListener[service] ?? "",
    ]),
  );
}

/** Where each service is reached through a port of the load balancer. */
export function addressesOf({ services }: Pick<AwsSettings, "services">, port: number): Record<string, string> {
  return Object.fromEntries(
    Object.entries(services).map(([service, { hosts }]) => [service, addressOf(hosts[0] ?? "", port)]),
  );
}
