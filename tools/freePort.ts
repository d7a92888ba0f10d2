import { randomInt } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { processLives } from "../provider/processLives.ts";

/** Below those that systems give to whoever asks for any: such a port stays free until it is used, however much is started meanwhile. */
const range = { from: 27_100, until: 32_000 };

const most = 100;

/** Who was given one may listen on it only later: until then a file of its name says to other processes whose it is. */
const folder = join(tmpdir(), `greenlight-ports-${userInfo().uid}`);

/** What a process left that was killed is forgotten after so long, ms. */
const forgottenAfterMs = 120_000;

const given = new Set<number>();

/**
 * A port on loopback that nobody uses now, and that no process of this user was given that still runs.
 *
 * @throws Error when a hundred in a row were taken
 */
export async function freePort(): Promise<number> {
  if (given.size === 0) begin();
  for (let tried = 0; tried < most; tried += 1) {
    const port = randomInt(range.from, range.until);
    if (!take(port)) continue;
    given.add(port);
    if (await canListen(port)) return port;
  }
  throw new Error(`no port on 127.0.0.1 from ${range.from} on can be listened on: ${most} were tried`);
}

function begin(): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    try {
      const old = Date.now() - statSync(file).mtimeMs > forgottenAfterMs;
      if (old && !processLives(Number(readFileSync(file, "utf8")))) rmSync(file);
    } catch (error) {
      // Its owner took it away just now.
      if (codeOf(error) !== "ENOENT") throw error;
    }
  }
  process.once("exit", () => {
    for (const port of given) rmSync(join(folder, String(port)), { force: true });
  });
}

/** @returns whether it is this process' now */
function take(port: number): boolean {
  try {
    writeFileSync(join(folder, String(port)), String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
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
