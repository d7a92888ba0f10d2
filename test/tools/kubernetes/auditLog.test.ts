import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuditedRequest, auditedRequests } from "../../../tools/kubernetes/auditLog.ts";
import { temporaryFolder } from "../sandbox.ts";

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder("audit-log"));
});
afterAll(async () => await remove());

const line = (auditID: string, verb: string, more: object = {}) =>
  JSON.stringify({
    kind: "Event",
    auditID,
    stage: "ResponseComplete",
    requestURI: `/api/v1/namespaces/shop/pods?${auditID}`,
    verb,
    user: { username: "admin", groups: ["system:masters"] },
    userAgent: "kubectl/v1.34.2 (linux/amd64) kubernetes/8cc511e",
    requestReceivedTimestamp: "2026-05-04T03:02:01.250000Z",
    ...more,
  });

async function read(content: string): Promise<AuditedRequest[]> {
  const path = join(folder, "audit.log");
  await writeFile(path, content);
  const all: AuditedRequest[] = [];
  for await (const it of auditedRequests(path)) all.push(it);
  return all;
}

describe("a cluster's audit log", () => {
  it("tells who asked what, by which client, and when", async () => {
    expect(await read(`${line("one", "list")}\n`)).toEqual([
      {
        user: "admin",
        agent: "kubectl/v1.34.2 (linux/amd64) kubernetes/8cc511e",
        verb: "list",
        uri: "/api/v1/namespaces/shop/pods?one",
        at: Date.parse("2026-05-04T03:02:01.250Z"),
      },
    ]);
  });

  it("counts a watch once, whose beginning and end it has, and a client that gives no name", async () => {
    const all = await read(
      `${line("w", "watch", { stage: "ResponseStarted" })}\n${line("x", "get", { userAgent: undefined })}\n${line("w", "watch")}\n`,
    );
    expect(all.map(({ verb, agent }) => [verb, agent.split("/")[0]])).toEqual([
      ["watch", "kubectl"],
      ["get", ""],
    ]);
  });

  it("leaves a last line that is being written", async () => {
    expect(await read(`${line("one", "list")}\n${line("two", "get").slice(0, 40)}`)).toHaveLength(1);
  });

  it("is refused where a line in its midst is no request", async () => {
    await expect(read(`{"cut\n${line("one", "list")}\n`)).rejects.toThrow(SyntaxError);
    await expect(read(`{"kind":"Event"}\n`)).rejects.toThrow(/auditID/);
  });
});
