import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { retryAfter } from "../../../cli/announce/request.ts";
import { Receiver, type Script } from "./receiver.ts";
import { quick, send, sendOne } from "./sending.ts";

const open: Receiver[] = [];
const receiver = async (...script: readonly Script[]) => {
  const it = await Receiver.open(...script);
  open.push(it);
  return it;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((it) => it.close()));
});
const slack = { type: "slack", urlFrom: "HOOK" };

describe("a receiver that cannot take it now", () => {
  it.each([429, 500, 502, 503, 408])("is tried again after %i, and then has it", async (status) => {
    const hook = await receiver({ status }, { status }, { status: 200, body: "ok" });
    expect(await sendOne(slack, { env: { HOOK: hook.address } })).toMatchObject({ outcome: "sent", detail: "200 ok" });
    expect(hook.received).toHaveLength(3);
  });

  it("is tried again after a connection that broke off", async () => {
    const hook = await receiver("reset", { status: 200, body: "ok" });
    expect(await sendOne(slack, { env: { HOOK: hook.address } })).toMatchObject({ outcome: "sent" });
    expect(hook.received).toHaveLength(2);
  });

  it("for ever is given up after as many attempts as the settings say", async () => {
    const hook = await receiver({ status: 500, body: "oh no" });
    const report = await sendOne(slack, { env: { HOOK: hook.address }, attempts: 3 });
    expect(report).toMatchObject({ outcome: "failed", detail: "500 oh no, 3 times" });
    expect(hook.received).toHaveLength(3);
  });

  it("is given the time that it asks for, whatever pause there would have been", async () => {
    const hook = await receiver({ status: 429, headers: { "retry-after": "0" } }, { status: 200, body: "ok" });
    const pace = { ...quick, firstPauseMs: 100 * quick.longestPauseMs };
    expect(await sendOne(slack, { env: { HOOK: hook.address }, pace })).toMatchObject({ outcome: "sent" });
    expect(hook.received).toHaveLength(2);
  });

  it("and asks for more time than there is, is given up at once and says for how long", async () => {
    const hook = await receiver({ status: 429, headers: { "retry-after": "3600" } });
    const report = await sendOne(slack, { env: { HOOK: hook.address } });
    expect(report.detail).toBe("429 no text, to be tried again after 60 min");
    expect(hook.received).toHaveLength(1);
  });

  it("is given up when the whole time is over", async () => {
    const hook = await receiver({ status: 503, headers: { "retry-after": "1" } });
    const report = await sendOne(slack, { env: { HOOK: hook.address }, pace: { ...quick, longestMs: 500 } });
    expect(report.outcome).toBe("failed");
    expect(hook.received).toHaveLength(1);
  });
});

describe("a receiver that refuses", () => {
  it.each([400, 401, 403, 404, 410])("with %i is not asked again", async (status) => {
    const hook = await receiver({ status, body: "invalid_payload" });
    const report = await sendOne(slack, { env: { HOOK: hook.address } });
    expect(report).toMatchObject({ outcome: "failed", detail: `${status} invalid_payload` });
    expect(hook.received).toHaveLength(1);
  });

  it.each([301, 302, 307, 308])("by a redirect (%i) is not followed anywhere", async (status) => {
    const elsewhere = await receiver();
    const hook = await receiver({ status, headers: { location: elsewhere.address } });
    const report = await sendOne(slack, { env: { HOOK: hook.address } });
    expect(report).toMatchObject({
      outcome: "failed",
      detail: `${status} it answers with a redirect, which is not followed`,
    });
    expect(elsewhere.received).toEqual([]);
  });

  it("by never answering is waited for as long as the settings say, and not asked twice: it may have arrived", async () => {
    const hook = await receiver("hang");
    const report = await sendOne(slack, { env: { HOOK: hook.address }, pace: { ...quick, timeoutMs: 100 } });
    expect(report).toMatchObject({ outcome: "failed", detail: "no answer in 100 ms; it may have arrived" });
    expect(hook.received).toHaveLength(1);
  });

  it("with an answer without end is read no further than 16 KiB", async () => {
    const hook = await receiver({ status: 200, body: "a".repeat(5_000_000) });
    const report = await sendOne(slack, { env: { HOOK: hook.address } });
    expect(report.outcome).toBe("sent");
    expect(report.detail.length).toBeLessThan(250);
  });

  it("to speak TLS is told nothing", async () => {
    const hook = await receiver();
    const report = await sendOne(slack, { env: { HOOK: hook.address.replace("http:", "https:") }, attempts: 1 });
    expect(report.outcome).toBe("failed");
    expect(hook.received).toEqual([]);
  });

  it("by not being there is a failure with its reason", async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const report = await sendOne(slack, { env: { HOOK: `http://127.0.0.1:${port}/` }, attempts: 2 });
    expect(report.outcome).toBe("failed");
    expect(report.detail).toMatch(/ECONNREFUSED.*2 times/);
  });
});

describe("what a variable holds", () => {
  it.each([
    ["nothing", undefined, "HOOK is not set"],
    ["only spaces", "  ", "HOOK is not set"],
    ["no address", "hooks-secret-value", "HOOK holds no address"],
    [
      "an address without TLS on another machine",
      "http://hooks.example/secret-value",
      "HOOK must hold an address with https",
    ],
    ["a file's address", "file:///etc/passwd", "HOOK must hold an address with https"],
  ])("%s: nothing is sent, and the variable is named, never its value", async (_, value, detail) => {
    const report = await sendOne(slack, { env: { HOOK: value } });
    expect(report).toMatchObject({ outcome: "failed", detail });
    expect(JSON.stringify(report)).not.toContain("secret-value");
  });
});

describe("secrets", () => {
  const path = "/services/T0AAAA/B0BBBBBB/xYzSecretSecretSecret";

  it("are in no report, whatever the receiver answers", async () => {
    const hook = await receiver({ status: 400, body: `no such hook: ${path} xYzSecretSecretSecret key=topsecretkey` });
    const secrets = ["xYzSecretSecretSecret", "topsecretkey", "hmac-secret-1"];
    const report = await sendOne(
      { type: "webhook", urlFrom: "HOOK", secretFrom: "SECRET" },
      { env: { HOOK: `${hook.address}${path}?key=topsecretkey`, SECRET: "hmac-secret-1" } },
    );
    expect(report).toMatchObject({ outcome: "failed" });
    for (const secret of secrets) expect(JSON.stringify(report)).not.toContain(secret);
    expect(hook.received[0]?.path).toContain("topsecretkey");
  });

  it("of any channel are taken out of the text that a person wrote, before it is sent", async () => {
    const hook = await receiver();
    const page = { type: "statuspage", page: "p1", tokenFrom: "TOKEN" };
    await send(
      { deploys: slack, status: page },
      { env: { HOOK: hook.address, TOKEN: "status-token-1" }, text: "Reason: status-token-1 was shown", kind: "start" },
    );
    expect(hook.received[0]?.body).toContain("*** was shown");
    expect(hook.received[0]?.body).not.toContain("status-token-1");
  });

  it("are in a dry run by the names of their variables, and nothing is sent", async () => {
    const hook = await receiver();
    const reports = await send(
      {
        a: { type: "webhook", urlFrom: "HOOK", secretFrom: "SECRET" },
        b: {
          type: "email",
          host: "127.0.0.1",
          from: "r@shop.example",
          to: ["a@shop.example"],
          userFrom: "U",
          passwordFrom: "P",
        },
        c: { type: "statuspage", page: "p1", tokenFrom: "TOKEN", api: hook.address },
      },
      {
        env: {
          HOOK: `${hook.address}${path}`,
          SECRET: "hmac-secret-1",
          U: "mailer",
          P: "mail-password",
          TOKEN: "tok-123456",
        },
        kind: "status-page",
        downtime: { from: "2026-03-05T02:00:00Z", until: "2026-03-05T03:00:00Z" },
        dryRun: true,
      },
    );
    expect(reports.map(({ outcome }) => outcome)).toEqual(["planned", "planned", "planned"]);
    expect(hook.received).toEqual([]);
    const shown = reports.map((it) => it.shown).join("\n");
    expect(shown).toContain("POST $HOOK");
    expect(shown).toContain("HMAC-SHA256 with $SECRET");
    expect(shown).toContain("authorization: OAuth $TOKEN");
    expect(shown).toContain("as $U with $P");
    expect(JSON.stringify(reports)).not.toMatch(/hmac-secret-1|mail-password|tok-123456|xYzSecret/);
  });
});

describe("being stopped", () => {
  it("while a receiver does not answer ends at once, and says so", async () => {
    const hook = await receiver("hang");
    const stopping = new AbortController();
    const sending = sendOne(slack, { env: { HOOK: hook.address }, signal: stopping.signal });
    await hook.next();
    stopping.abort(new Error("stopped by you"));
    expect(await sending).toMatchObject({ outcome: "failed", detail: "stopped before it arrived; not tried" });
  });

  it("between two attempts makes no further one", async () => {
    const hook = await receiver({ status: 503, headers: { "retry-after": "2" } });
    const stopping = new AbortController();
    const sending = sendOne(slack, { env: { HOOK: hook.address }, signal: stopping.signal });
    await hook.next();
    stopping.abort(new Error("stopped by you"));
    const report = await sending;
    expect(report.outcome).toBe("failed");
    expect(report.detail).toContain("stopped before it arrived");
    expect(hook.received).toHaveLength(1);
  });

  it("before it began sends nothing", async () => {
    const hook = await receiver();
    const report = await sendOne(slack, { env: { HOOK: hook.address }, signal: AbortSignal.abort() });
    expect(report.outcome).toBe("failed");
    expect(hook.received).toEqual([]);
  });
});

describe("Retry-After", () => {
  const now = Date.parse("2026-03-04T12:00:00Z");
  it.each([
    ["seconds", "120", 120_000],
    ["no seconds", "0", 0],
    ["a date", "Wed, 04 Mar 2026 12:01:00 GMT", 60_000],
    ["a date that is over", "Wed, 04 Mar 2026 11:00:00 GMT", 0],
    ["nothing", "", undefined],
    ["something else", "soon", undefined],
    ["less than nothing", "-5", undefined],
    ["more than fits", "9".repeat(30), undefined],
  ])("that says %s is read", (_, header, wanted) => {
    expect(retryAfter(header, now)).toBe(wanted);
  });
});
