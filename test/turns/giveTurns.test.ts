import { mkdtemp } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, it } from "vitest";
import { eventually } from "../processes.ts";
import { giveTurns, type Kind } from "./giveTurns.ts";

const sockets: Socket[] = [];
let path: string;
let given: string[];

async function opened(): Promise<void> {
  path = join(await mkdtemp(join(tmpdir(), "greenlight-turns-")), "turns");
  given = [];
  giveTurns(path);
}

/** Asks, and waits until it is on its way. */
async function ask(name: string, kind: Kind): Promise<Socket> {
  const socket = connect(path);
  sockets.push(socket);
  socket.once("data", () => given.push(name));
  await new Promise((resolve) => socket.write(kind, resolve));
  return socket;
}

const are = (...names: string[]) =>
  eventually(names.join(), async () => (given.toSorted().join() === names.toSorted().join() ? true : undefined));

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

describe("turns of test files", () => {
  it("are given to three that compute, and to the next when one is done", async () => {
    await opened();
    const first = await ask("a", "computing");
    for (const name of ["b", "c", "d"]) await ask(name, "computing");
    await are("a", "b", "c");
    first.destroy();
    await are("a", "b", "c", "d");
  });

  it("are given to two that wait beside two that compute; a third that waits is passed over, and comes next", async () => {
    await opened();
    const first = await ask("waits 1", "waiting");
    await ask("waits 2", "waiting");
    await ask("waits 3", "waiting");
    for (const name of ["a", "b", "c"]) await ask(name, "computing");
    await are("waits 1", "waits 2", "a", "b");
    first.destroy();
    await are("waits 1", "waits 2", "a", "b", "waits 3");
  });

  it("are given to a rehearsal beside one that waits for a cloud, and to nothing that computes; nobody overtakes it", async () => {
    await opened();
    const first = await ask("a", "computing");
    await ask("cloud", "rehearsing a cloud");
    await are("a", "cloud");
    const rehearsal = await ask("rehearsal", "rehearsing");
    await ask("b", "computing");
    first.destroy();
    await are("a", "cloud", "rehearsal");
    rehearsal.destroy();
    await are("a", "cloud", "rehearsal", "b");
  });

  it("are given to a rehearsal alone where no cloud is rehearsed", async () => {
    await opened();
    const rehearsal = await ask("rehearsal", "rehearsing");
    await ask("another rehearsal", "rehearsing");
    await ask("a", "computing");
    await are("rehearsal");
    rehearsal.destroy();
    await are("rehearsal", "another rehearsal");
  });

  it("are kept by none that died", async () => {
    await opened();
    const died = await ask("died", "computing");
    await ask("a", "computing");
    await ask("b", "computing");
    const neverCame = await ask("never came", "computing");
    neverCame.destroy();
    await ask("c", "computing");
    died.destroy();
    await are("died", "a", "b", "c");
  });
});
