import { createServer, type Socket } from "node:net";

/** How many files compute at once: each waits for something now and then, so two cores carry three. */
const atOnce = 3;

/**
 * Gives each connection its turn by a byte, {@link atOnce} at a time and in the order in which they came, until it is closed: a process that
 * dies keeps none. Keeps no process.
 * @param path of the socket that it listens on
 */
export function giveTurns(path: string): void {
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
  server.listen(path);
  server.unref();
}
