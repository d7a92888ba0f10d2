import { get } from "node:http";
import { CloudFrontClient, GetFunctionCommand } from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { World } from "../tools/aws/world.ts";
import type { Project } from "./project.ts";
import {
  alarmOfGreen,
  calledWith,
  greenlightIn,
  image,
  openOnSimulatedAws,
  rollbackRecord,
  sharesOf,
  smokeOf,
} from "./simulatedAws.ts";

// The real engine uploads and switches; users are answered by the simulated edge: its function, its key-value store and the private bucket.
// With nobody there, the uploaded function takes services and pages back, held to the rights of its role.

const versions = ["v1", "v2"];

let world: World;
let project: Project;

beforeAll(async () => {
  ({ world, project } = await openOnSimulatedAws({
    services: ["api"],
    versions,
    settings: ({ simulator }, aws) => ({
      green: "v2",
      services: { api: { port: 8080, instances: 1, drain: "1s", start: "1s" } },
      aws: {
        ...aws,
        services: { api: { hosts: ["api.shop.example"], priority: 10 } },
        frontend: {
          builds: "dist",
          hosts: ["www.shop.example"],
          certificate: "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
          address: simulator.edge,
        },
        rollback: { for: "60m" },
        gates: { successes: 1, interval: "100ms", deadline: "60s" },
      },
    }),
  }));
  for (const version of versions) {
    await project.write(
      `releases/${version}.yaml`,
      stringify({
        version,
        services: { api: { image: image("api", version) } },
        database: { tool: "none" },
        smoke: smokeOf(version),
      }),
    );
    await project.write(`dist/${version}/index.html`, `<h1>${version}</h1>`);
    await project.write(`dist/${version}/app-${version}f00ba4.js`, `run("${version}")`);
  }
});

afterAll(async () => {
  await project?.remove();
  await world?.stop();
});

async function up(change: Record<string, unknown>) {
  await project.set(change);
  const ran = await project.run("up", "--skip-preview");
  expect(ran.exitCode, ran.text).toBe(0);
  return ran;
}

/** What a user is answered. */
function asks(path: string) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    get(`${world.simulator.edge}${path}`, { headers: { host: "www.shop.example" } }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    }).on("error", reject);
  });
}

async function functionCode(): Promise<string> {
  const found = await new CloudFrontClient(world.client).send(
    new GetFunctionCommand({ Name: "shop-pages", Stage: "LIVE" }),
  );
  return new TextDecoder().decode(found.FunctionCode);
}

describe.sequential("pages behind CloudFront", () => {
  it("are served from the first version's own prefix, protected, and kept as long as they may be", async () => {
    await up({});
    const page = await asks("/");
    expect(page).toMatchObject({ status: 200, text: "<h1>v1</h1>" });
    expect(page.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "public, max-age=0, s-maxage=31536000, must-revalidate",
      "strict-transport-security": "max-age=31536000",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
    expect((await asks("/app-v1f00ba4.js")).headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect((await asks("/missing.html")).status).toBe(403);
  });

  it("are another version's with the switch, by one key: distribution and function stay as they are", async () => {
    const before = await functionCode();
    const ran = await up({ live: "green" });
    expect((await asks("/")).text).toBe("<h1>v2</h1>");
    expect(await functionCode()).toBe(before);
    const changed = ran.text.split("\n").filter((line) => /aws:cloudfront\S* \S+ updated /.test(line));
    expect(changed).toEqual([expect.stringContaining("KeyvaluestoreKey frontend-live")]);
  });

  it("have the parts of pages that were open before", async () => {
    expect((await asks("/app-v1f00ba4.js")).text).toBe('run("v1")');
    expect((await asks("/app-v2f00ba4.js")).text).toBe('run("v2")');
  });

  it("go back with the services", async () => {
    await up({ live: "blue" });
    expect((await asks("/")).text).toBe("<h1>v1</h1>");
    expect((await asks("/app-v2f00ba4.js")).text).toBe('run("v2")');
  });

  it("go back by themselves when the alarm fires: after the services, once, and the topic is told", async () => {
    await up({ live: "green" });
    expect((await asks("/")).text).toBe("<h1>v2</h1>");
    world.simulator.functions.invocations.length = 0;
    world.simulator.topics.published.length = 0;
    await alarmOfGreen(world, "ALARM");
    expect(calledWith(world)).toEqual([
      { deed: "moved", why: "shop-green-no-go fired; api went back to blue; the pages went back to v1" },
    ]);
    expect(await sharesOf(world, project, "api")).toEqual([100, 0]);
    expect((await asks("/")).text).toBe("<h1>v1</h1>");
    expect(world.simulator.topics.published).toEqual([
      expect.objectContaining({
        subject: "shop: traffic went back to blue v1",
        message: expect.stringContaining("Pages: those of v1, read back from the store"),
      }),
    ]);
    await alarmOfGreen(world, "OK");
    await alarmOfGreen(world, "ALARM");
    expect(calledWith(world)[1]).toEqual({
      deed: "nothing",
      why: "blue serves already; pages are those of v1 already",
    });
  });

  it("are told by the status beside what serves, as read from the store", async () => {
    const { json } = await greenlightIn(project, ["status"]);
    expect(json).toMatchObject({ ok: false, serves: { environment: "blue" }, pages: { version: "v1" } });
    expect(json.reasons).toEqual(["The settings ask for green v2; users are served api by blue 100 %."]);
  });

  it("stay with the services in an update that still says otherwise; one that says the same brings the stack in line", async () => {
    await up({});
    expect((await asks("/")).text).toBe("<h1>v1</h1>");
    await up({ live: "blue" });
    expect((await asks("/")).text).toBe("<h1>v1</h1>");
    expect((await rollbackRecord(world)).arming).toMatchObject({ armed: false, why: "v1 was rolled back to" });
    expect(await greenlightIn(project, ["status"])).toMatchObject({ exitCode: 0, json: { pages: { version: "v1" } } });
  });

  it("are found where the function put them by a refresh, and the update that agrees changes nothing of them", async () => {
    await alarmOfGreen(world, "OK");
    await up({ live: "green" });
    expect((await asks("/")).text).toBe("<h1>v2</h1>");
    await alarmOfGreen(world, "ALARM");
    expect((await asks("/")).text).toBe("<h1>v1</h1>");
    expect((await project.run("refresh", "--skip-preview")).exitCode).toBe(0);
    const { changes } = await up({ live: "blue" });
    expect(changes).not.toContain("update KeyvaluestoreKey frontend-live");
    expect(changes).not.toContain("update ListenerRule traffic-api");
    expect((await asks("/")).text).toBe("<h1>v1</h1>");
  });
});
