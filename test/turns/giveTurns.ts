import { createServer, type Socket } from "node:net";

/** What a file does most of its time: two cores carry three that compute, for each waits now and then; what waits takes half of that. */
const shares = { computing: 2, waiting: 1 } as const;
const ofAll = 7;
/** Those that wait begin and end by computing, too: with more of them at once a whole release takes longer than it is given. */
const waitingAtOnce = 2;

/** @see shares */
export type Kind = keyof typeof shares;

interface Asked {
  readonly socket: Socket;
  readonly kind: Kind;
}

/**
 * Gives each connection its turn by a byte, in the order in which they said their {@link Kind} and as many as there is room for, until it
 * is closed: a process that dies keeps none. Keeps no process.
 * @param path of the socket that it listens on
 */
export function giveTurns(path: string): void {
  const asked: Asked[] = [];
  const given = new Map<Socket, Kind>();
  const fits = ({ kind }: Asked) => {
    const kinds = [...given.values()];
    const taken = kinds.reduce((sum, one) => sum + shares[one], 0);
    const waiting = kinds.filter((one) => one === "waiting").length;
    return taken + shares[kind] <= ofAll && (kind === "computing" || waiting < waitingAtOnce);
  };
  const next = () => {
    for (let at = asked.findIndex(fits); at >= 0; at = asked.findIndex(fits)) {
      const [one] = asked.splice(at, 1);
      if (one === undefined) return;
      given.set(one.socket, one.kind);
      one.socket.write("!");
    }
  };
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      const at = asked.findIndex((one) => one.socket === socket);
      if (at >= 0) asked.splice(at, 1);
      given.delete(socket);
      next();
    });
    socket.once("data", (said) => {
      asked.push({ socket, kind: String(said) === "waiting" ? "waiting" : "computing" });
      next();
      socket.resume();
    });
  });
  server.listen(path);
  server.unref();
}
