import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { databasePidFile } from "../../provider/local/databaseClaim.ts";
import { stopSupervised } from "../../provider/local/process/supervised.ts";
import { databaseFolder } from "../../provider/local/unprivileged.ts";
import { freePort } from "../../tools/freePort.ts";

/** The tiny server that the tests start as a team's service; what it does is told by its environment. */
export const tinyServer = fileURLToPath(new URL("./fixtures/tinyServer.mjs", import.meta.url));

/** A stack's folder for one test, and the processes that were started in it. */
export class Stage {
  readonly dir = realpathSync(mkdtempSync("/tmp/greenlight-provider-"));
  readonly #groups = new Set<number>();

  path(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  read(...parts: string[]): string {
    return readFileSync(this.path(...parts), "utf8");
  }

  /** Ends this process group, too, whatever a test leaves of it. */
  owns(group: number): number {
    this.#groups.add(group);
    return group;
  }

  async end(): Promise<void> {
    const pidFiles = [
      ...this.#pidFiles(this.path("processes")),
      ...this.#pidFiles(this.dir),
      databasePidFile(this.dir),
    ];
    for (const pidFile of pidFiles) await stopSupervised(pidFile, 0);
    for (const group of this.#groups) {
      try {
        process.kill(-group, "SIGKILL");
      } catch {
        // it has ended already
      }
    }
    rmSync(this.dir, { recursive: true, force: true });
    rmSync(databaseFolder(this.dir), { recursive: true, force: true });
  }

  #pidFiles(folder: string): string[] {
    try {
      return readdirSync(folder)
        .filter((name) => name.endsWith(".pid"))
        .map((name) => join(folder, name));
    } catch {
      return []; // the test made none
    }
  }
}

/** Ports that nobody listens on, in their order. */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) found.push(await freePort());
  return found.sort((a, b) => a - b);
}

/** Living children of a process with their arguments. */
export function childrenOf(pid: number): { pid: number; args: string }[] {
  return processes().filter((it) => it.parent === pid);
}

/** Whether a process lives; a zombie does not. */
export function lives(pid: number): boolean {
  return processes().some((it) => it.pid === pid);
}

/** Every living process. */
export function processes(): { pid: number; parent: number; group: number; args: string }[] {
  return execFileSync("ps", ["-ww", "-eo", "pid=,ppid=,pgid=,stat=,args="], { encoding: "utf8", maxBuffer: 1e8 })
    .split("\n")
    .flatMap((line) => {
      const [, pid, parent, group, stat = "", args = ""] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined || stat.startsWith("Z")
        ? []
        : [{ pid: Number(pid), parent: Number(parent), group: Number(group), args }];
    });
}
