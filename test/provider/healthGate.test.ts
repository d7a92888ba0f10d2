import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcp, type Socket, type Server as TcpServer } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { askHealth } from "../../provider/gates/health.ts";
import { patient } from "../patience.ts";
import { Managed, refusal } from "./managed.ts";

vi.setConfig({ testTimeout: 60_000 });

const servers: (Server | TcpServer)[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    if ("closeAllConnections" in server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(server: Server | TcpServer): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (listener: RequestListener) => listen(createServer(listener));

/** Answers with these statuses, one a request, the last for ever. */
function row(...statuses: number[]): { asked: () => number; listener: RequestListener } {
  let asked = 0;
  return {
    asked: () => asked,
    listener: (_, response) => {
      response.statusCode = statuses[Math.min(asked, statuses.length - 1)] ?? 200;
      asked += 1;
      response.end("{}");
    },
  };
}

const ok = { path: "/health", status: 200 };
const target = (address: string, question: object = ok) => ({ service: "api", address, question });
const wanted = (targets: object[], over = {}) => ({
  environment: "green",
  version: "v2",
  targets,
  successes: 3,
  intervalMs: 1,
  deadlineMs: 30_000,
  incarnations: ["1"],
  ...over,
});
const gate = () => new Managed("greenlight:index:HealthGate", "green-health");

describe("the health gate", () => {
  it("passes after so many good answers in a row, with a proof and what it saw", async () => {
    const good = row(200);
    const address = await serve(good.listener);
    const it_ = gate();
    const state = await it_.create(wanted([target(address)]));
    expect(good.asked()).toBe(3);
    expect(state.proof).toMatchObject({ gate: "health", environment: "green", version: "v2", passed: true });
    expect(state.samples).toMatchObject([
      { service: "api", address, goodInARow: 3, asked: 3, lastAnswer: "status 200" },
    ]);
    await it_.refresh();
    expect(await it_.differs()).toBe(false);
  });

  it("begins to count anew after a bad answer", async () => {
    const shaky = row(503, 200, 200, 500, 200, 200, 200);
    await gate().create(wanted([target(await serve(shaky.listener))]));
    expect(shaky.asked()).toBe(7);
  });

  it("fails at its deadline: who answered what, and nothing is saved", async () => {
    const it_ = gate();
    const said = await refusal(it_.create(wanted([target(await serve(row(503).listener))], { deadlineMs: 300 })));
    expect(said).toMatch(
      /^Health gate: 1 of 1 instances of green v2 did not answer well 3 times in a row within 0\.3 s\./,
    );
    expect(said).toMatch(/status 503, expected 200 \(\d+ asked, 0 good in a row\)/);
    expect(said).toContain("No traffic was moved.");
    expect(it_.id).toBe("");
  });

  it("tells what an instance answers, not that the deadline left the last question no time", async () => {
    let asked = 0;
    const address = await serve((_, response) => {
      asked += 1;
      response.statusCode = 503;
      if (asked === 1) response.end();
    });
    const said = await refusal(gate().create(wanted([target(address)], { deadlineMs: 900 })));
    expect(asked).toBe(2);
    expect(said).toContain("status 503, expected 200 (2 asked, 0 good in a row)");
  });

  it("fails when one of several instances is sick, and names that one alone", async () => {
    const well = await serve(row(200).listener);
    const sick = await serve(row(200, 500).listener);
    const said = await refusal(
      gate().create(wanted([target(well), target(sick), target(well)], { deadlineMs: 4_000 })),
    );
    expect(said).toContain("1 of 3 instances");
    expect(said).toContain(sick);
    expect(said).not.toContain(well);
  });

  it("fails where nobody listens", async () => {
    const address = await serve(row(200).listener);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const said = await refusal(gate().create(wanted([target(address)], { deadlineMs: 1_000 })));
    expect(said).toContain("no answer: connect ECONNREFUSED");
  });

  it("runs again when an instance was started anew", async () => {
    const it_ = gate();
    const it_wants = wanted([target(await serve(row(200).listener))]);
    await it_.create(it_wants);
    expect(await it_.differs({ ...it_wants, incarnations: ["2"] })).toBe(true);
  });

  it("ends at once when the update is cancelled", async () => {
    const it_ = gate();
    const asked = row(503);
    const failing = refusal(
      it_.create(wanted([target(await serve(asked.listener))], { intervalMs: 600_000, deadlineMs: 3_600_000 })),
    );
    await vi.waitUntil(() => asked.asked() > 0, patient);
    await it_.provider.cancel();
    expect(await failing).toContain("the update was cancelled");
  });

  it("refuses to ask nobody, or never, in the preview", async () => {
    expect(await gate().refusals(wanted([]))).toEqual([expect.stringMatching(/^targets: /)]);
    expect(await gate().refusals(wanted([target("http://127.0.0.1:1")], { successes: 0 }))).toEqual([
      expect.stringMatching(/^successes: /),
    ]);
  });

  it.each(["health", "//evil.example/health", "/\\evil.example", "http://evil.example", ""])(
    "refuses the path %j: it asks the instance and nobody else",
    async (path) => {
      expect(await gate().refusals(wanted([target("http://127.0.0.1:1", { ...ok, path })]))).toEqual([
        expect.stringMatching(/^targets\.0\.question\.path: /),
      ]);
    },
  );
});

describe("one question", () => {
  const answer = async (listener: RequestListener, question: object = {}, timeoutMs = 10_000) =>
    askHealth(await serve(listener), { ...ok, ...question }, timeoutMs);

  it("is good for the status expected and for no other", async () => {
    expect(await answer(row(204).listener, { status: 204 })).toMatchObject({ good: true });
    expect(await answer(row(200).listener, { status: 204 })).toMatchObject({
      good: false,
      says: "status 200, expected 204",
    });
  });

  it("asks the path with its query as it is", async () => {
    let url: string | undefined;
    await answer(
      (request, response) => {
        url = request.url;
        response.end();
      },
      { path: "/health/ready?deep=1&x=%20" },
    );
    expect(url).toBe("/health/ready?deep=1&x=%20");
  });

  it("wants the text in the body", async () => {
    const says =
      (text: string): RequestListener =>
      (_, response) =>
        void response.end(text);
    expect(await answer(says("it is ready now"), { body: "ready" })).toMatchObject({ good: true });
    expect(await answer(says("not yet"), { body: "ready" })).toMatchObject({
      good: false,
      says: 'status 200, but the body does not contain "ready"',
    });
    expect(await answer(says(""), { body: "ready" })).toMatchObject({ good: false });
  });

  it("wants the value at the path of a JSON body; nothing there, or no JSON, is not it", async () => {
    const body =
      (text: string): RequestListener =>
      (_, response) =>
        void response.end(text);
    const json = { path: "checks.database", equals: "ok" };
    expect(await answer(body('{"checks": {"database": "ok"}}'), { json })).toMatchObject({ good: true });
    expect(await answer(body('{"list": [{"n": 0}]}'), { json: { path: "list.0.n", equals: 0 } })).toMatchObject({
      good: true,
    });
    for (const text of [
      '{"checks": {"database": "down"}}',
      '{"checks": null}',
      "[]",
      "null",
      "not json",
      "",
      '{"checks": {"database": ["ok"]}}',
    ]) {
      expect(await answer(body(text), { json })).toMatchObject({
        good: false,
        says: expect.stringMatching(/^checks\.database is .*, expected "ok"$/),
      });
    }
    expect(await answer(body("{}"), { json: { path: "constructor.name", equals: "Object" } })).toMatchObject({
      good: false,
    });
    expect(await answer(body('{"n": "1"}'), { json: { path: "n", equals: 1 } })).toMatchObject({ good: false });
  });

  it("does not follow a redirect, not even to a good answer", async () => {
    const good = row(200);
    const elsewhere = await serve(good.listener);
    const moved = await answer(
      (_, response) => void response.writeHead(302, { location: `${elsewhere}/health` }).end(),
    );
    expect(moved).toMatchObject({ good: false, says: "status 302, expected 200" });
    expect(good.asked()).toBe(0);
  });

  it("reads no more of an endless body than it needs to", async () => {
    let sent = 0;
    const endless = await answer(
      (_, response) => {
        const chunk = "x".repeat(16 * 1024);
        const more = () => {
          while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        };
        response.on("drain", more);
        more();
      },
      { body: "never there" },
    );
    expect(endless).toMatchObject({ good: false });
    expect(sent).toBeLessThan(50_000_000);
  });

  it("does not wait for a body that trickles, a server that never answers or one that only takes the connection", async () => {
    const late = { good: false, says: "no answer in time" };
    expect(await answer((_, response) => void response.writeHead(200).write("slow"), {}, 200)).toMatchObject(late);
    expect(await answer(() => undefined, {}, 200)).toMatchObject(late);
    const taken: Socket[] = [];
    const silent = await listen(createTcp((socket) => void taken.push(socket)));
    expect(await askHealth(silent, ok, 200)).toMatchObject(late);
    for (const socket of taken) socket.destroy();
  });

  it("takes an answer that is no HTTP for none", async () => {
    const odd = await listen(
      createTcp((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket.end("220 mail.example ESMTP\r\n", () => socket.destroy()));
      }),
    );
    expect(await askHealth(odd, ok, 5000)).toMatchObject({ good: false, says: expect.stringMatching(/^no answer: /) });
  });
});
