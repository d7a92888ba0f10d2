import { createServer, type Socket } from "node:net";

/**
 * What each file takes of the machine: two cores carry three that compute, for each waits now and then; what waits most of its time takes
 * half of that. A rehearsal measures a load by the clock: nothing computes beside it, only the one whose cloud it waits for.
 */
const takes = { computing: 4, waiting: 2, rehearsing: 9, "rehearsing a cloud": 3 } as const;
const all = 12;
/** Those that wait begin and end by computing, too: with more of them at once a whole release takes longer than it is given. */
const waitingAtOnce = 2;

/** @see takes */
export type Kind = keyof typeof takes;

interface Asked {
  readonly socket: Socket;
  readonly kind: Kind;
}

/**
 * Gives each connection its turn by a byte, as many as there is room for, until it is closed: a process that dies keeps none. They come in
 * the order in which they said their {@link Kind}; only one that waits is passed over while enough others do. Keeps no process.
 * @param path of the socket that it listens on
 */
export function giveTurns(path: string): void {
  const asked: Asked[] = [];
  const given = new Map<Socket, Kind>();
  const next = () => {
    for (;;) {
      const kinds = [...given.values()];
      const enough = kinds.filter((kind) => kind === "waiting").length >= waitingAtOnce;
      const at = asked.findIndex(({ kind }) => kind !== "waiting" || !enough);
      const one = asked[at];
      if (one === undefined || kinds.reduce<number>((sum, kind) => sum + takes[kind], takes[one.kind]) > all) return;
      asked.splice(at, 1);
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
      const kind = String(said);
      asked.push({ socket, kind: isKind(kind) ? kind : "computing" });
      next();
      socket.resume();
    });
  });
  server.listen(path);
  server.unref();
}

function isKind(said: string): said is Kind {
  return Object.hasOwn(takes, said);
}
