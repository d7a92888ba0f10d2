import { execa } from "execa";
import { descendantsOf } from "../processes.ts";
import type { TestServer } from "./server.ts";

/** What begins a command that runs as the user whom a {@link TestServer}'s files belong to. */
export const asDatabaseUser: readonly string[] =
  process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];

/**
 * Copies a server's files as they are at one moment, as a storage takes a snapshot: all its processes stand still meanwhile, and know nothing of it.
 *
 * @param folder that is not there yet
 */
export async function copyOfMoment({ pid, data }: TestServer, folder: string): Promise<void> {
  process.kill(pid, "SIGSTOP");
  // Nobody is born any more now.
  const all = [pid, ...(await descendantsOf(pid)).map((it) => it.pid)];
  try {
    for (const one of all.slice(1)) process.kill(one, "SIGSTOP");
    await execa("mkdir", ["-p", folder]);
    await execa("cp", ["-a", `${data}/.`, folder]);
  } finally {
    for (const one of all) process.kill(one, "SIGCONT");
  }
}
