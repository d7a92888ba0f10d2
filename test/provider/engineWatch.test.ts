import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { watchEngine } from "../../provider/engineWatch.ts";
import { patient } from "../patience.ts";

let engine: Server | undefined;

afterEach(() => engine?.close());

async function listening(onProbe: () => void): Promise<string> {
  engine = createServer((socket: Socket) => {
    socket.on("error", () => undefined);
    socket.end();
    onProbe();
  });
  await new Promise<void>((resolve) => engine?.listen(0, "127.0.0.1", resolve));
  const address = engine.address();
  return `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

it("an engine that lives is left alone; one that is gone is noticed, once", async () => {
  let probes = 0;
  const onGone = vi.fn();
  watchEngine(
    await listening(() => {
      probes += 1;
    }),
    onGone,
    5,
  );

  await vi.waitUntil(() => probes >= 30, patient);
  expect(onGone).not.toHaveBeenCalled();

  engine?.close();
  await vi.waitUntil(() => onGone.mock.calls.length > 0, patient);
  // Whatever was under way when it was noticed comes in now.
  await new Promise((resolve) => setImmediate(resolve));
  expect(onGone).toHaveBeenCalledTimes(1);
});

it("a missed beat is not the end: only two in a row are", async () => {
  let probes = 0;
  const onGone = vi.fn();
  const address = await listening(() => {
    probes += 1;
  });
  const port = Number(address.split(":")[1]);
  watchEngine(address, onGone, 200);
  await vi.waitUntil(() => probes >= 1, patient);
  // Gone for less than two beats, as when its queue of connections is full.
  await new Promise((resolve) => engine?.close(resolve));
  await new Promise<void>((resolve) => engine?.listen(port, "127.0.0.1", resolve));
  const before = probes;
  await vi.waitUntil(() => probes >= before + 3, patient);
  expect(onGone).not.toHaveBeenCalled();
});
