/** An error in the candidate's logs whose pattern the live environment's logs do not have. */
export interface NewPattern {
  /** The line with everything that varies masked. */
  readonly pattern: string;
  readonly count: number;
  /** The first such line: secrets masked, without control characters, shortened. */
  readonly sample: string;
}
