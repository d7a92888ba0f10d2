/** The two sides of a release: one is live and serves, the other is idle and takes the candidate. */
export type EnvironmentName = "blue" | "green";

export const environmentNames: readonly EnvironmentName[] = ["blue", "green"];

/** Shares of traffic in percent: whole numbers from 0 to 100 that sum to 100. */
export interface Weights {
  readonly blue: number;
  readonly green: number;
}

export function isEnvironmentName(value: unknown): value is EnvironmentName {
  return value === "blue" || value === "green";
}

/** The other side. */
export function other(environment: EnvironmentName): EnvironmentName {
  return environment === "blue" ? "green" : "blue";
}

/** All traffic to the live environment. */
export function weightsFor(live: EnvironmentName): Weights {
  return live === "blue" ? { blue: 100, green: 0 } : { blue: 0, green: 100 };
}

/** All traffic to the live environment, but for a share of it. @param share percent for the other side, 0 to 100 */
export function sharedWeights(live: EnvironmentName, share: number): Weights {
  return live === "blue" ? { blue: 100 - share, green: share } : { blue: share, green: 100 - share };
}

/** What is wrong with weights, or undefined when they are whole numbers from 0 to 100 that sum to 100. */
export function weightsFault(weights: Weights): string | undefined {
  for (const environment of environmentNames) {
    const share = weights[environment];
    if (!Number.isInteger(share) || share < 0 || share > 100) {
      return `the weight of ${environment} is ${share}; expected a whole number from 0 to 100`;
    }
  }
  const sum = weights.blue + weights.green;
  return sum === 100
    ? undefined
    : `the weights blue ${weights.blue} and green ${weights.green} sum to ${sum}; expected 100`;
}

/** The environment that serves everything, or undefined while traffic is shared. */
export function servesAll(weights: Weights): EnvironmentName | undefined {
  if (weights.blue === 100 && weights.green === 0) return "blue";
  if (weights.green === 100 && weights.blue === 0) return "green";
  return undefined;
}

/** Weights in words: `green 100 %`, or both shares. */
export function sayWeights(weights: Weights): string {
  const all = servesAll(weights);
  return all === undefined ? `blue ${weights.blue} %, green ${weights.green} %` : `${all} 100 %`;
}
