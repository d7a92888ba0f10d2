import { writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { statusCommand } from "../../cli/commands/status.ts";
import type { CommandResult } from "../../cli/result.ts";
import type { Status } from "../../cli/status/status.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Deployed } from "./deployed.ts";
import { eventful, journal, Project, settings } from "./project.ts";

const status = async (project: Project) => {
  const options = { project: project.dir, json: true, yes: false, color: false };
  return (await statusCommand(options, AbortSignal.timeout(30_000))) as CommandResult<Status>;
};

describe("status where nothing is deployed", () => {
  const project = new Project({ prod: settings({ ports: 26520 }) });
  afterAll(() => project.remove());

  it("says so and what was asked for, and exits 7", async () => {
    const { exitCode, stdout } = await project.run("status");
    expect(exitCode).toBe(7);
    expect(stdout).toContain("nothing is deployed");
    expect(stdout).toContain("the settings ask for blue v1.0.0");
  });

  it("tells the same as JSON", async () => {
    const { exitCode, stdout } = await project.run("status", "--json");
    expect(exitCode).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      deployed: "no",
      serves: { proxy: null, environment: null, version: null, weights: null },
      asked: { environment: "blue", version: "v1.0.0" },
      health: null,
      wayBack: null,
      underWay: null,
    });
  });

  it("does not load the engine's libraries", async () => {
    const tell = `import { createRequire } from "node:module";
      process.on("exit", () => console.log(Object.keys(createRequire("/").cache).join("\\n")));`;
    const { stdout } = await project.runSources(
      ["--import", `data:text/javascript,${encodeURIComponent(tell)}`],
      "status",
    );
    expect(stdout).toContain("node_modules/yaml/");
    expect(stdout).not.toMatch(/@pulumi|node_modules\/(pg|execa|log-update)\//);
  });

  it("is refused with wrong settings", async () => {
    const wrong = new Project({
      prod: settings({ ports: 26520, more: ["live: red"] }).replace("  shop:live: blue\n", ""),
    });
    await expect(status(wrong)).rejects.toMatchObject({ exitCode: exitCodes.usage });
    wrong.remove();
  });
});

describe("status of a platform that serves", () => {
  const project = new Project();
  let deployed: Deployed;
  beforeAll(async () => {
    project.write(".greenlight/journals/prod.jsonl", journal(...eventful.slice(0, 6)));
    deployed = new Deployed(project);
    await deployed.start({ blue: "v1.0.0", green: "v1.1.0" });
  });
  afterEach(() => deployed.weigh(100));
  afterAll(async () => {
    await deployed.end();
    project.remove();
  });

  it("is 0 with what serves, since when, by whom, its health and the way back", async () => {
    const { exitCode, json, text } = await status(project);
    expect(json.reasons).toEqual([]);
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      deployed: "here",
      serves: { environment: "blue", version: "v1.0.0", weights: { api: { blue: 100, green: 0 } } },
      since: { by: "anna", why: "rollback: error rate 4.9 %", at: "2026-01-05T10:04:00.000Z" },
      environments: { blue: { alive: 1, dead: [], share: 100 }, green: { versions: ["v1.1.0"], share: 0 } },
      health: { healthy: 1, of: 1 },
      alarms: { armed: true },
      underWay: null,
      wayBack: { possible: true, environment: "green", version: "v1.1.0", health: { healthy: 1, of: 1 } },
    });
    expect(text.split("\n")[0]).toBe("✓ blue v1.0.0 serves 100 %");
  });

  it("is 7 when the other environment serves than the settings say", async () => {
    await deployed.weigh(0);
    const { exitCode, json, text } = await status(project);
    expect(exitCode).toBe(7);
    expect(json.serves).toMatchObject({ environment: "green", version: "v1.1.0" });
    expect(json.reasons).toEqual(["green serves; the settings ask for blue v1.0.0."]);
    expect(json.since).toBeNull();
    expect(text).toContain("it was not moved by the greenlight command");
  });

  it("is 7 while traffic is shared, and names the shares", async () => {
    await deployed.weigh(30);
    const { exitCode, json, text } = await status(project);
    expect(exitCode).toBe(7);
    expect(json.serves).toMatchObject({ environment: null, weights: { api: { blue: 30, green: 70 } } });
    expect(json.health).toMatchObject({ of: 2 });
    expect(text).toContain("traffic is shared: api: blue 30 %, green 70 %");
  });

  it("tells of a release that was cut off, and how to go on", async () => {
    project.write(".greenlight/journals/prod.jsonl", journal(...eventful));
    const { json, text } = await status(project);
    expect(json.underWay).toMatchObject({ version: "v1.2.0", phase: "deploy", by: "anna", running: false });
    expect(text).toContain("greenlight release v1.2.0");
  });

  it("tells of damage in the journal, which is no reason to call what serves unhealthy", async () => {
    project.write(".greenlight/journals/prod.jsonl", journal(...eventful).replace("anna", "eve"));
    const { exitCode, text } = await status(project);
    expect(exitCode).toBe(0);
    expect(text).toContain("THE JOURNAL IS DAMAGED");
  });

  it("from another clone says what the proxy serves, and that it cannot know the version", async () => {
    const clone = new Project();
    const { exitCode, json } = await status(clone);
    expect(exitCode).toBe(7);
    expect(json).toMatchObject({ deployed: "elsewhere", serves: { environment: "blue", version: null } });
    clone.remove();
  });

  it("still says what serves when the settings are wrong", async () => {
    const path = `${project.dir}/Pulumi.prod.yaml`;
    writeFileSync(path, settings({ more: ["color: red"] }));
    const { exitCode, json } = await status(project);
    writeFileSync(path, settings());
    expect(exitCode).toBe(7);
    expect(json).toMatchObject({ asked: null, serves: { environment: "blue", version: "v1.0.0" } });
    expect(json.reasons.join()).toContain("color");
  });

  it("names dead processes, then a dead proxy, and never guesses what serves", async () => {
    await deployed.kill("blue-api-1");
    const dead = await status(project);
    expect(dead.exitCode).toBe(7);
    expect(dead.json.reasons.join()).toContain("Dead in blue, which serves: blue-api-1");
    expect(dead.json.health).toMatchObject({ healthy: 0, of: 1 });
    await deployed.kill("green-api-1");
    await deployed.kill("proxy");
    const down = await status(project);
    expect(down.exitCode).toBe(7);
    expect(down.json.serves).toMatchObject({ environment: null, weights: null });
    expect(down.text).toContain("what serves is unknown");
    expect(down.text).toContain("The proxy does not answer");
    expect(down.text).toContain("All 2 recorded processes are dead");
    await deployed.revive();
  });
});
