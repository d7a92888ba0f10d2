/** How a one-off task is, or how it ended. */
export interface EndedTask {
  readonly stopped: boolean;
  readonly reason: string | undefined;
  readonly containers: readonly {
    readonly name: string;
    readonly exitCode: number | undefined;
    readonly reason: string | undefined;
  }[];
}

/** Why a task did not end well, or undefined when its container ended by itself with 0. That alone proves nothing of its work. */
export function endedBadly(task: EndedTask, container: string): string | undefined {
  if (!task.stopped) return "it was not done in time and was stopped";
  const own = task.containers.find(({ name }) => name === container);
  if (own === undefined) return `its container ${container} never was${said(task.reason)}`;
  if (own.exitCode === undefined) return `its container did not run${said(own.reason ?? task.reason)}`;
  if (own.exitCode !== 0) return `its container ended with ${own.exitCode}${said(own.reason)}`;
  return undefined;
}

function said(reason: string | undefined): string {
  return reason === undefined || reason === "" ? "" : ` (${reason})`;
}
