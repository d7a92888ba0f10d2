import type { EnvironmentName } from "./environment.ts";

/** `api` is reached through `API_URL`, `order-desk` through `ORDER_DESK_URL`. */
export function variableOf(service: string): string {
  return `${service.toUpperCase().replaceAll("-", "_")}_URL`;
}

/** Where the services of one environment are, as variables for its processes and its smoke test. */
export function addressVariables(addresses: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(addresses).map(([service, address]) => [variableOf(service), address]));
}

/** What a smoke test is told: where the environment is, and what should run there. */
export function smokeVariables(
  addresses: Readonly<Record<string, string>>,
  environment: EnvironmentName,
  version: string,
): Record<string, string> {
  return { ...addressVariables(addresses), EXPECT_VERSION: version, EXPECT_ENVIRONMENT: environment };
}
