import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { type Received, Receiver, type Script } from "./receiver.ts";
import { at, send, sendOne } from "./sending.ts";

const open: Receiver[] = [];
const receiver = async (...script: readonly Script[]) => {
  const it = await Receiver.open(...script);
  open.push(it);
  return it;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((it) => it.close()));
});

const bodyOf = (it: Receiver, index = 0) => JSON.parse(it.received[index]?.body ?? "null");
const slack = { type: "slack", urlFrom: "HOOK", to: "#deploys" };

describe("Slack", () => {
  it("gets the text at its webhook's very address, and the answer is kept", async () => {
    const hook = await receiver();
    const report = await sendOne(slack, { env: { HOOK: `${hook.address}/services/T1/B2/secret-part` } });
    expect(report).toMatchObject({ outcome: "sent", detail: "200 ok", to: ["#deploys"] });
    expect(report.results).toMatchObject([
      { channel: "deploys", to: "#deploys", ok: true, status: 200, response: "ok" },
    ]);
    expect(hook.received).toMatchObject([{ method: "POST", path: "/services/T1/B2/secret-part" }]);
    expect(bodyOf(hook)).toMatchObject({ text: "🚀 Deploying v1.2.3 to production\nETA: 30 minutes", mrkdwn: false });
  });

  it("is sent nothing that could call everybody or become a link", async () => {
    const hook = await receiver();
    await sendOne(slack, { env: { HOOK: hook.address }, text: "Features:\n- <!channel> a & <https://x.example|here>" });
    expect(bodyOf(hook).text).toBe("Features:\n- &lt;!channel&gt; a &amp; &lt;https://x.example|here&gt;");
  });
});

describe("Teams", () => {
  it("gets an Adaptive Card whose lines are plain runs of text", async () => {
    const hook = await receiver({ status: 202 });
    const report = await sendOne(
      { type: "teams", urlFrom: "HOOK" },
      { env: { HOOK: hook.address }, text: "*a*\n\n[b](c)" },
    );
    expect(report).toMatchObject({ outcome: "sent", to: ["deploys"] });
    const [attachment] = bodyOf(hook).attachments;
    expect(attachment).toMatchObject({
      contentType: "application/vnd.microsoft.card.adaptive",
      content: { type: "AdaptiveCard", version: "1.4" },
    });
    expect(attachment.content.body).toMatchObject([
      { type: "RichTextBlock", inlines: [{ type: "TextRun", text: "*a*", weight: "bolder" }] },
      { type: "RichTextBlock", inlines: [{ type: "TextRun", text: "[b](c)" }] },
    ]);
  });
});

describe("a webhook", () => {
  const signed = { type: "webhook", urlFrom: "HOOK", secretFrom: "SECRET" };

  it("gets all that is known as JSON", async () => {
    const hook = await receiver();
    await sendOne({ type: "webhook", urlFrom: "HOOK" }, { env: { HOOK: hook.address } });
    expect(bodyOf(hook)).toMatchObject({
      kind: "start",
      version: "v1.2.3",
      project: "shop",
      stack: "prod",
      by: "anna",
      at,
      title: "Deploying v1.2.3 to production",
    });
    expect(hook.received[0]?.headers).not.toHaveProperty("x-greenlight-signature");
  });

  it("can tell by the signature that the very body came from here", async () => {
    const hook = await receiver();
    await sendOne(signed, { env: { HOOK: hook.address, SECRET: "our shared secret" } });
    const { headers = {}, body = "" }: Partial<Received> = hook.received[0] ?? {};
    const wanted = createHmac("sha256", "our shared secret").update(`${headers["x-greenlight-timestamp"]}.${body}`);
    expect(headers["x-greenlight-signature"]).toBe(`sha256=${wanted.digest("hex")}`);
  });

  it("is sent nothing without the secret that it is to be signed by", async () => {
    const hook = await receiver();
    const report = await sendOne(signed, { env: { HOOK: hook.address } });
    expect(report).toMatchObject({ outcome: "failed", detail: "SECRET is not set" });
    expect(hook.received).toEqual([]);
  });

  it("can tell a repetition: every attempt at one announcement has the same key, another one has another", async () => {
    const hook = await receiver({ status: 503 }, { status: 200 });
    await sendOne({ type: "webhook", urlFrom: "HOOK" }, { env: { HOOK: hook.address } });
    await sendOne({ type: "webhook", urlFrom: "HOOK" }, { env: { HOOK: hook.address } });
    const [first, second, third] = hook.received.map(({ headers }) => headers["idempotency-key"]);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });
});

describe("Statuspage", () => {
  const downtime = { from: "2026-03-05T02:00:00+01:00", until: "2026-03-05T03:00:00+01:00" };
  const page = (it: Receiver) => ({
    type: "statuspage",
    page: "p1",
    tokenFrom: "TOKEN",
    components: ["c1"],
    api: it.address,
  });
  const env = { TOKEN: "status-token-1" };
  const announced = [
    {
      id: "1",
      at,
      version: "v1.2.3",
      by: "anna",
      pid: 1,
      type: "announcement" as const,
      kind: "status-page" as const,
      to: ["deploys"],
      text: "",
      results: [{ channel: "deploys", to: "deploys", ok: true, status: 201, response: "", reference: "m77", at }],
    },
  ];

  it("plans a maintenance for the release's downtime and keeps its id", async () => {
    const api = await receiver({ status: 201, body: '{"id":"m77","name":"x"}' });
    const text = "🔧 Planned maintenance for v1.2.3";
    const report = await sendOne(page(api), { env, kind: "status-page", downtime, text });
    expect(report.results).toMatchObject([{ ok: true, status: 201, reference: "m77" }]);
    expect(api.received).toMatchObject([
      { method: "POST", path: "/v1/pages/p1/incidents", headers: { authorization: "OAuth status-token-1" } },
    ]);
    expect(bodyOf(api).incident).toMatchObject({
      name: "Planned maintenance for v1.2.3",
      status: "scheduled",
      scheduled_for: downtime.from,
      scheduled_until: downtime.until,
      component_ids: ["c1"],
    });
  });

  it.each([
    ["start", "in_progress"],
    ["complete", "completed"],
    ["rollback", "verifying"],
  ] as const)("at %s the maintenance that was announced becomes %s", async (kind, status) => {
    const api = await receiver();
    await sendOne(page(api), { env, kind, records: announced });
    expect(api.received).toMatchObject([{ method: "PATCH", path: "/v1/pages/p1/incidents/m77" }]);
    expect(bodyOf(api).incident).toMatchObject({ status });
  });

  it("is told nothing of a deployment that needs no maintenance", async () => {
    const api = await receiver();
    expect(await sendOne(page(api), { env, kind: "start" })).toMatchObject({
      outcome: "nothing",
      detail: "no maintenance for v1.2.3 was announced there",
    });
    expect(api.received).toEqual([]);
  });

  it("that is told again gets new times for the maintenance it has, not a second one", async () => {
    const api = await receiver();
    await sendOne(page(api), { env, kind: "status-page", downtime, records: announced, again: true });
    expect(api.received).toMatchObject([{ method: "PATCH", path: "/v1/pages/p1/incidents/m77" }]);
    expect(bodyOf(api).incident.scheduled_for).toBe(downtime.from);
  });

  it("whose answer has an id that is none leaves no way into another address", async () => {
    const api = await receiver({ status: 201, body: '{"id":"../../pages/other"}' });
    const report = await sendOne(page(api), { env, kind: "status-page", downtime });
    expect(report.results).toMatchObject([{ ok: true }]);
    expect(report.results[0]).not.toHaveProperty("reference");
  });
});

describe("several channels", () => {
  it("are told side by side; one that fails holds no other up, and each says what became of it", async () => {
    const good = await receiver();
    const bad = await receiver({ status: 404, body: "no_service" });
    const reports = await send(
      {
        a: { type: "slack", urlFrom: "BAD" },
        b: { type: "slack", urlFrom: "GOOD" },
        c: { type: "slack", urlFrom: "NONE" },
      },
      { env: { BAD: bad.address, GOOD: good.address } },
    );
    expect(reports.map(({ channel, outcome, detail }) => [channel, outcome, detail])).toEqual([
      ["a", "failed", "404 no_service"],
      ["b", "sent", "200 ok"],
      ["c", "failed", "NONE is not set"],
    ]);
  });
});
