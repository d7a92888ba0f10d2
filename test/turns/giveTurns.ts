import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Port on loopback at which a file asks for its turn. */
    readonly turns: number;
  }
}

/** How many files compute at once. */
const atOnce = 2;

/**
 * Gives each connection its turn by a byte, {@link atOnce} at a time and in the order in which they came, until it is closed: a process that
 * dies keeps none.
 */
export default async function giveTurns(project: TestProject): Promise<() => void> {
  const waiting: Socket[] = [];
  let taken = 0;
  const next = () => {
    while (taken < atOnce) {
      const socket = waiting.shift();
      if (socket === undefined) return;
      taken++;
      socket.once("close", () => {
        taken--;
        next();
      });
      socket.write("!");
    }
  };
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      const at = waiting.indexOf(socket);
      if (at >= 0) waiting.splice(at, 1);
    });
    socket.resume();
    waiting.push(socket);
    next();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  project.provide("turns", (server.address() as AddressInfo).port);
  return () => {
    server.close();
  };
}
