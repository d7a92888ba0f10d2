/** What `greenlight drill snapshot` is asked for. */
export interface DrillOptions {
  /** Identifier of a snapshot, or name of a dump, of the stack; left out, its newest whole one. */
  readonly snapshot?: string | undefined;
  /** Leaves what was made when all is done. */
  readonly keep: boolean;
  /** Drills nothing; removes what drills left, or what was made from `snapshot`. */
  readonly remove: boolean;
  /** Answers every question with yes. */
  readonly yes: boolean;
  /** How long the database may take until it is available, ms; on Kubernetes, the whole Job. */
  readonly deadlineMs: number;
}
