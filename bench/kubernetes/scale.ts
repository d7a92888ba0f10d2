/** What is the same for every contender of one comparison. */
export interface Scale {
  /** Releases of each contender, in turn with the others. */
  readonly rounds: number;
  /** Pods of each contender that serve. */
  readonly pods: number;
  /** Users' requests a second. */
  readonly ratePerSecond: number;
  /** From the API's word until requests go by it, ms. */
  readonly lagMs: number;
  /** How long proxies are trusted to take: a pod that stops goes on answering for so long. */
  readonly endpointDelaySeconds: number;
}
