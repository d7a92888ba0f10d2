import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { rollbackCommand } from "../../cli/commands/rollback.ts";
import { Deployed } from "./deployed.ts";
import { eventful, journal, Project, settings } from "./project.ts";
import { Told } from "./told.ts";

// What serves is read from a real proxy, and traffic is moved on it. The engine's state is at a place that is not there.

describe("a rollback of a stack whose settings cannot be read", () => {
  const project = new Project({ prod: settings({ ports: 26_700 }) });
  const backend = process.env.PULUMI_BACKEND_URL;
  let deployed: Deployed;
  let told: Told;

  beforeAll(async () => {
    project.write(".greenlight/journals/prod.jsonl", journal(...eventful.slice(0, 3)));
    deployed = new Deployed(project);
    await deployed.start({ blue: "v1.0.0", green: "v1.1.0" });
    process.env.PULUMI_BACKEND_URL = "file:///nobody/keeps/state/here";
  });
  beforeEach(async () => {
    await deployed.weigh(0);
    told = new Told();
  });
  afterAll(async () => {
    if (backend === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = backend;
    await deployed.end();
    project.remove();
  });

  const rollBack = () =>
    rollbackCommand(
      { project: project.dir, json: true, yes: true, reason: "checkout fails", database: "keep" },
      told,
      new AbortController().signal,
    );

  it.each([
    ["a key that nobody knows", settings({ ports: 26_700, more: ["color: red"] })],
    ["a value that makes no sense", settings({ ports: 26_700, more: ["share: most"] })],
  ])("moves traffic back all the same, by %s", async (_, text) => {
    project.write("Pulumi.prod.yaml", text);
    const { json } = await rollBack();
    expect(json).toMatchObject({
      from: { environment: "green", version: "v1.1.0" },
      to: { environment: "blue", version: "v1.0.0" },
      stateInLine: false,
      serving: { environment: "blue", version: "v1.0.0" },
    });
    expect(told.texts.join("\n")).toContain("traffic is back: blue v1.0.0 serves 100 %");
    expect(readFileSync(join(project.dir, ".greenlight/journals/prod.jsonl"), "utf8")).toContain("checkout fails");
  });
});
