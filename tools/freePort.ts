import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below those that systems give to whoever asks for any: such a port stays free until it is used, however much is started meanwhile. */
const range = { from: 27_000, until: 32_000 };

const most = 100;

/** Who was given one may listen on it only later. */
const given = new Set<number>();

/** A port on loopback that nobody uses now, and that this process was not given before. @throws Error when a hundred in a row were taken */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < most; tried += 1) {
    const port = randomInt(range.from, range.until);
    if (given.has(port)) continue;
    given.add(port);
    if (await canListen(port)) return port;
  }
  throw new Error(`no port on 127.0.0.1 from ${range.from} on can be listened on: ${most} were tried`);
}

async function canListen(port: number): Promise<boolean> {
  const probe = createServer();
  const listens = await new Promise<boolean>((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (listens) await new Promise((resolve) => probe.close(resolve));
  return listens;
}
