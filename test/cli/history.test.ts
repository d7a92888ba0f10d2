import { afterEach, describe, expect, it } from "vitest";
import { eventful, journal, Project } from "./project.ts";

const path = ".greenlight/journals/prod.jsonl";
let project = new Project();
afterEach(() => {
  project.remove();
  project = new Project();
});

describe("history", () => {
  it("tells who did what, when, why and how it ended, newest first", async () => {
    project.write(path, journal(...eventful));
    const { exitCode, stdout } = await project.run("history", "--json");
    expect(exitCode).toBe(0);
    const history = JSON.parse(stdout);
    expect(history).toMatchObject({ ok: true, total: 5, problems: [], torn: false });
    expect(history.deeds).toMatchObject([
      { kind: "release", version: "v1.2.0", outcome: "open", endedAt: null, by: "anna" },
      {
        kind: "rollback",
        to: "blue",
        version: "v1.0.0",
        fromVersion: "v1.1.0",
        why: "error rate 4.9 %",
        database: "kept",
      },
      { kind: "switch", to: "green", version: "v1.1.0" },
      { kind: "release", version: "v1.1.0", outcome: "rolled-back", verdict: "no-go", at: "2026-01-05T10:01:00.000Z" },
      { kind: "switch", to: "blue", version: "v1.0.0", fromVersion: null },
    ]);
  });

  it("shows as many as asked for and says how many more there are", async () => {
    project.write(path, journal(...eventful));
    const { stdout } = await project.run("history", "--limit", "2");
    expect(stdout).toContain("release v1.2.0: not ended");
    expect(stdout).toContain("rollback to blue v1.0.0");
    expect(stdout).not.toContain("switch to");
    expect(stdout).toContain("3 older ones");
  });

  it("is empty before anything was done", async () => {
    const { exitCode, stdout } = await project.run("history");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Nothing was done to the stack prod yet.");
  });

  it("takes a torn last line for what it is: a killed writer, no damage", async () => {
    project.write(path, `${journal(...eventful)}{"id":"id-9","at":"2026-`);
    const { exitCode, stdout } = await project.run("history");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("last line is unfinished");
    expect(stdout).not.toContain("DAMAGED");
  });

  it("reports a changed line loudly, and fails", async () => {
    project.write(path, journal(...eventful).replace('"by":"anna"', '"by":"eve"'));
    const { exitCode, stdout } = await project.run("history");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("THE JOURNAL IS DAMAGED");
    expect(stdout).toContain("line 2");
    const asJson = JSON.parse((await project.run("history", "--json")).stdout);
    expect(asJson).toMatchObject({ ok: false, problems: [{ line: 2 }] });
  });

  it("does not let a journal's text move the cursor", async () => {
    const reason = "\u0007\u001b[2J\u001b[31mred\u001b[0m";
    project.write(path, journal({ type: "switch", version: "v1", to: "blue", toVersion: "v1", reason }));
    const { stdout } = await project.run("history");
    expect(stdout).toContain("red");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(stdout).not.toMatch(/[\u001b\u0007]/);
  });
});
