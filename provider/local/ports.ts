import { connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Problem } from "../../release/problem.ts";

/** Where everything listens that is not a service's own port. */
export const loopback = "127.0.0.1";

/** Whether something accepts connections there, within `timeoutMs`. */
export async function accepts(host: string, port: number, timeoutMs = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => settle(true));
    socket.once("timeout", () => settle(false));
    socket.once("error", () => settle(false));
  });
}

/** Refuses when the port cannot be bound: somebody else listens there. */
export async function requireFree(host: string, port: number, what: string): Promise<void> {
  const deadline = Date.now() + givenUpWithinMs;
  for (;;) {
    const error = await listenOnce(host, port);
    if (error === undefined) return;
    if (error.code === "EADDRINUSE" && Date.now() < deadline) {
      await pause(25);
      continue;
    }
    throw new Problem({
      happened:
        error.code === "EADDRINUSE"
          ? `Port ${port} is in use by another program; ${what} needs it.`
          : `Port ${port} on ${host} cannot be opened for ${what}: ${error.code ?? error.message}.`,
      where: `${host}:${port}`,
      untouched: "Nothing was started.",
      next: "end that program, or choose other ports with the settings greenlight:ports or the service's port",
      cause: error,
    });
  }
}

/** A process that was killed gives its ports up a moment after it is gone, ms. */
const givenUpWithinMs = 1_000;

/** Listens and stops at once; why it cannot, where it cannot. */
async function listenOnce(host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  const server = createServer();
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen({ host, port, exclusive: true }, () => resolve(undefined));
  });
  if (error === undefined) await new Promise((resolve) => server.close(resolve));
  return error;
}

/** Waits until the port accepts connections. False at the deadline, or as soon as `alive` says no. */
export async function awaitPort(
  host: string,
  port: number,
  deadlineMs: number,
  signal: AbortSignal,
  alive: () => boolean = () => true,
): Promise<boolean> {
  const deadline = Date.now() + deadlineMs;
  while (!(await accepts(host, port))) {
    if (Date.now() > deadline || !alive()) return false;
    await pause(20, undefined, { signal });
  }
  return true;
}
