/** What is deployed in one environment. */
export interface Deployed {
  readonly version: string;
  /** Digest of the manifest it was deployed from. */
  readonly manifestDigest: string;
}

/** Whether the same version, from the same manifest, is meant. */
export function sameDeployed(a: Deployed | undefined, b: Deployed | undefined): boolean {
  return a?.version === b?.version && a?.manifestDigest === b?.manifestDigest;
}
