import { join } from "node:path";

/** Where the local platform keeps what it needs on disk; every path hangs off the stack's own folder. */
export interface Folder {
  readonly root: string;
  readonly platform: string;
  readonly processes: string;
  readonly logs: string;
  readonly envoy: string;
  readonly snapshots: string;
  pidFile(name: string): string;
  logFile(name: string): string;
}

export function folder(root: string): Folder {
  const processes = join(root, "processes");
  const logs = join(root, "logs");
  return {
    root,
    platform: join(root, "platform.json"),
    processes,
    logs,
    envoy: join(root, "envoy"),
    snapshots: join(root, "snapshots"),
    pidFile: (name) => join(processes, `${name}.pid`),
    logFile: (name) => join(logs, `${name}.log`),
  };
}
