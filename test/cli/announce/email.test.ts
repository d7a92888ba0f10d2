import { afterEach, describe, expect, it } from "vitest";
import { MailServer } from "./mailServer.ts";
import { quick, sendOne } from "./sending.ts";

const open: MailServer[] = [];
const mailServer = async (it: Parameters<typeof MailServer.open>[0] = {}) => {
  const server = await MailServer.open(it);
  open.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((it) => it.close()));
});

const channel = (it: MailServer, more: object = {}) => ({
  type: "email",
  host: "127.0.0.1",
  port: it.port,
  security: "none",
  from: "releases@shop.example",
  to: ["anna@shop.example", "ben@shop.example"],
  ...more,
});

describe("e-mail", () => {
  it("is one message to all addresses, each with an outcome of its own", async () => {
    const server = await mailServer();
    const report = await sendOne(channel(server), { text: "✅ v1.2.3 deployed successfully\nAll health checks pass." });
    expect(report.results).toMatchObject([
      { to: "anna@shop.example", ok: true, status: 250 },
      { to: "ben@shop.example", ok: true, status: 250 },
    ]);
    expect(server.mails).toMatchObject([
      { from: "releases@shop.example", to: ["anna@shop.example", "ben@shop.example"] },
    ]);
    const [{ text = "" } = {}] = server.mails;
    expect(text).toContain("Subject: v1.2.3 deployed successfully");
    expect(text).toContain("Auto-Submitted: auto-generated");
    expect(text).toMatch(/Message-ID: <[0-9a-f-]{36}@shop\.example>/i);
  });

  it("has no header that a text brought along", async () => {
    const server = await mailServer();
    await sendOne(channel(server), { text: "v1\r\nBcc: eve@elsewhere.example\r\n\r\nbody" });
    const [{ text = "", to = [] } = {}] = server.mails;
    expect(to).toEqual(["anna@shop.example", "ben@shop.example"]);
    expect(text.split("\r\n\r\n")[0]).not.toMatch(/^Bcc/im);
  });

  it("says which address the server refused, and reaches the others", async () => {
    const server = await mailServer({ refuses: { "ben@shop.example": 550 } });
    const report = await sendOne(channel(server));
    expect(report.outcome).toBe("partly");
    expect(report.results).toMatchObject([
      { to: "anna@shop.example", ok: true },
      { to: "ben@shop.example", ok: false, status: 550 },
    ]);
    expect(server.mails).toHaveLength(1);
  });

  it("is tried again while the server is busy", async () => {
    const server = await mailServer({ busy: 2 });
    expect(await sendOne(channel(server))).toMatchObject({ outcome: "sent" });
    expect(server.connections).toBe(3);
  });

  it("that every address is refused for is not tried again", async () => {
    const server = await mailServer({ refuses: { "anna@shop.example": 550, "ben@shop.example": 550 } });
    const report = await sendOne(channel(server));
    expect(report).toMatchObject({ outcome: "failed" });
    expect(server.connections).toBe(1);
  });

  it("logs in with what the variables hold", async () => {
    const server = await mailServer({ login: { user: "mailer", password: "mail-password-1" } });
    const login = { userFrom: "SMTP_USER", passwordFrom: "SMTP_PASSWORD" };
    const env = { SMTP_USER: "mailer", SMTP_PASSWORD: "mail-password-1" };
    expect(await sendOne(channel(server, login), { env })).toMatchObject({ outcome: "sent" });
    expect(server.mails[0]?.user).toBe("mailer");
  });

  it("with a wrong password fails at once, and the password is nowhere, even where the server says it", async () => {
    const server = await mailServer({ login: { user: "mailer", password: "right" } });
    const login = { userFrom: "SMTP_USER", passwordFrom: "SMTP_PASSWORD" };
    const report = await sendOne(channel(server, login), {
      env: { SMTP_USER: "mailer", SMTP_PASSWORD: "mail-password-2" },
    });
    expect(report).toMatchObject({ outcome: "failed", results: [{ status: 535 }, { status: 535 }] });
    expect(JSON.stringify(report)).not.toContain("mail-password-2");
    expect(server.connections).toBe(1);
  });

  it("without the variable that holds the password is not sent", async () => {
    const server = await mailServer();
    const login = { userFrom: "SMTP_USER", passwordFrom: "SMTP_PASSWORD" };
    const report = await sendOne(channel(server, login), { env: { SMTP_USER: "mailer" } });
    expect(report).toMatchObject({ outcome: "failed" });
    expect(report.detail).toContain("SMTP_PASSWORD is not set");
    expect(server.connections).toBe(0);
  });

  it("is not given to a server that has no TLS where TLS is asked for", async () => {
    const server = await mailServer();
    const report = await sendOne(channel(server, { security: "starttls" }), { attempts: 1 });
    expect(report.outcome).toBe("failed");
    expect(server.mails).toEqual([]);
  });

  it("is not given to a server whose certificate nobody trusts, nor tried again there", async () => {
    const server = await mailServer({ tls: true });
    const report = await sendOne(channel(server, { security: "starttls" }));
    expect(report).toMatchObject({ outcome: "failed" });
    expect(report.detail).toMatch(/certificate/);
    expect(server.mails).toEqual([]);
    expect(server.connections).toBe(1);
  });

  it("to a server that never greets ends after the time that the settings say", async () => {
    const server = await mailServer({ hangs: true });
    const report = await sendOne(channel(server), { pace: { ...quick, timeoutMs: 100 } });
    expect(report).toMatchObject({ outcome: "failed" });
    expect(report.detail).toContain("no answer in 100 ms");
  });

  it("is stopped when the person stops", async () => {
    const server = await mailServer({ hangs: true });
    const stopping = new AbortController();
    const sending = sendOne(channel(server), { signal: stopping.signal });
    stopping.abort(new Error("stopped by you"));
    expect(await sending).toMatchObject({ outcome: "failed" });
  });

  it("goes only to addresses that have not got it, when it is sent again", async () => {
    const server = await mailServer();
    const records = [
      {
        id: "1",
        at: "2026-03-04T11:00:00.000Z",
        version: "v1.2.3",
        by: "anna",
        pid: 1,
        type: "announcement" as const,
        kind: "start" as const,
        to: ["anna@shop.example"],
        text: "",
        results: [
          { channel: "deploys", to: "anna@shop.example", ok: true, response: "", at: "2026-03-04T11:00:00.000Z" },
          { channel: "deploys", to: "ben@shop.example", ok: false, response: "", at: "2026-03-04T11:00:00.000Z" },
        ],
      },
    ];
    await sendOne(channel(server), { records });
    expect(server.mails.map(({ to }) => to)).toEqual([["ben@shop.example"]]);
  });
});
