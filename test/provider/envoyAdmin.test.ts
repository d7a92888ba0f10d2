import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EnvoyAdmin } from "../../provider/local/envoy/admin.ts";

/** Answers in a thread of its own, so that it does so while this one is busy. */
const server = `
const { createServer } = require("node:http");
const { parentPort } = require("node:worker_threads");
const server = createServer((request, answer) => {
  if (request.url === "/ready") answer.end("LIVE");
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;

let worker: Worker;
let admin: EnvoyAdmin;

beforeAll(async () => {
  worker = new Worker(server, { eval: true });
  const [port]: number[] = await once(worker, "message");
  admin = new EnvoyAdmin("127.0.0.1", port ?? 0);
});
afterAll(async () => void (await worker.terminate()));

describe("a question to the proxy", () => {
  it("is answered although this process was busy for longer than the answer may take", async () => {
    const asked = admin.text("/ready", 200);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    expect(await asked).toBe("LIVE");
  });

  it("fails when no answer comes in time, and says so", async () => {
    await expect(admin.text("/silent", 100)).rejects.toThrow(
      "The proxy does not answer (Its answer took longer than 0.1 s).",
    );
  });

  it("fails with what the system says when nobody listens", async () => {
    const nobody = new EnvoyAdmin("127.0.0.1", 1);
    await expect(nobody.text("/ready")).rejects.toThrow(
      "The proxy does not answer (connect ECONNREFUSED 127.0.0.1:1).",
    );
  });
});
