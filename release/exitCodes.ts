/**
 * What a command's exit code says. 0 means that what was asked for is so, read back;
 * for `release` and `switch` that the candidate serves.
 */
export const exitCodes = {
  /** Done, read back. */
  ok: 0,
  /** Something failed that has no code of its own; what serves is as before. */
  failed: 1,
  /** Wrong arguments, settings or manifest; nothing was started. */
  usage: 2,
  /** A gate or checklist item refused; the live environment serves as before. */
  refused: 3,
  /** The verdict was no-go and traffic is back, read back. */
  rolledBack: 4,
  /** No verdict could be reached for lack of data; the report says what serves. */
  undecided: 5,
  /** Another release or update is under way on this stack. */
  busy: 6,
  /** What serves differs from what was asked, or could not be read. */
  notAsAsked: 7,
  /** A tool this needs is missing; `greenlight doctor` says which. */
  missingTool: 8,
  /** Interrupted by the person; running again goes on from there. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
