import { afterAll, describe, expect, it } from "vitest";
import { greenlight, Project, settings } from "./project.ts";

const projects: Project[] = [];
const project = (stacks?: Record<string, string>): Project => {
  const it = new Project(stacks);
  projects.push(it);
  return it;
};
afterAll(() => {
  for (const it of projects) it.remove();
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: what colours begin with
const colour = /\u001b/;

describe.concurrent("the command line", () => {
  it("lists its commands, examples and exit codes with --help", async () => {
    const { exitCode, stdout } = await greenlight(["--help"]);
    expect(exitCode).toBe(0);
    for (const name of "doctor release status switch watch rollback history rehearse completion".split(" ")) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name}`, "m"));
    }
    expect(stdout).toContain("Exit codes:");
    expect(stdout).toContain("Examples:");
    expect(stdout).not.toMatch(colour);
  });

  it("suggests the command that was probably meant, and exits 2", async () => {
    const { exitCode, stdout, stderr } = await greenlight(["relase", "v1.0.0"]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Unknown command 'relase'.");
    expect(stderr).toContain("did you mean release?");
  });

  it("suggests the option that was probably meant, and exits 2", async () => {
    const { exitCode, stderr } = await greenlight(["rollback", "--reson", "x"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("did you mean --reason?");
  });

  it("tells a wrong command line as JSON where JSON was asked for", async () => {
    const { exitCode, stdout, stderr } = await greenlight(["watch", "--for", "soon", "--json"]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { exitCode: 2, next: "greenlight watch --help" } });
  });

  it("needs a command", async () => {
    const { exitCode, stdout, stderr } = await greenlight([]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: greenlight");
  });

  it("says where it looked when there is no project", async () => {
    const empty = project({});
    empty.write("sub/.keep", "");
    const { exitCode, stderr } = await greenlight(["status", "-C", `${empty.dir}/sub`]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`Where: ${empty.dir}/sub/Pulumi.yaml`);
    expect(stderr).toContain("Next: ");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("says so when the project has no stack", async () => {
    const { exitCode, stderr } = await project({}).run("status");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Pulumi.<stack>.yaml");
  });

  it("names the stacks when it is not clear which is meant, and takes the one named", async () => {
    const two = project({ prod: settings(), staging: settings() });
    const unclear = await two.run("history");
    expect(unclear.exitCode).toBe(2);
    expect(unclear.stderr).toContain("stacks here: prod, staging");
    expect((await two.run("history", "--stack", "staging")).exitCode).toBe(0);
  });

  it.each([
    ["an unknown key", ["color: red"], "color"],
    ["a value of a wrong type", ["gates: { successes: many }"], "shop:gates.successes"],
    ["a port given twice", ["database: { port: 26550 }"], "shop:database.port"],
  ])("refuses settings with %s, naming it", async (_, more, named) => {
    const { exitCode, stderr } = await project({ prod: settings({ more }) }).run("watch");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("settings are wrong");
    expect(stderr).toContain(named);
    expect(stderr).toContain("Nothing was changed.");
  });

  it("refuses a manifest from elsewhere", async () => {
    const it = project();
    const elsewhere = it.write("elsewhere/v1.0.0.yaml", "version: v1.0.0\n");
    const { exitCode, stderr } = await it.run("release", elsewhere, "--yes");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("folder of releases only");
  });

  it("tells a problem as one JSON document on stdout", async () => {
    const { exitCode, stdout } = await project().run("rollback", "--reason", "x", "--yes", "--json");
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      error: {
        happened: expect.stringContaining("Nothing is deployed"),
        where: expect.any(String),
        untouched: "Nothing was changed.",
        next: expect.stringContaining("greenlight release"),
        exitCode: 2,
      },
    });
  });

  it("uses no colour when it does not write to a terminal, even for failures", async () => {
    const { stdout, stderr } = await project().run("status");
    expect(stdout + stderr).toContain("nothing is deployed");
    expect(stdout + stderr).not.toMatch(colour);
  });

  it("shows the stack of a failure only with GREENLIGHT_DEBUG", async () => {
    const { stderr } = await greenlight(["status", "-C", "/nowhere"], { GREENLIGHT_DEBUG: "1" });
    expect(stderr).toMatch(/^\s+at openContext /m);
  });

  it("lists this machine's tools with doctor --json, and its exit code says whether one is missing", async () => {
    const { exitCode, stdout } = await greenlight(["doctor", "--json"]);
    const report = JSON.parse(stdout);
    expect(report.findings.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(["node", "pulumi", "envoy", "postgres", "random"]),
    );
    expect(exitCode).toBe(report.ok ? 0 : 8);
  });

  it("prints a completion for bash that knows commands, options and choices", async () => {
    const { stdout } = await greenlight(["completion", "bash"]);
    const { execa } = await import("execa");
    const asked = `${stdout}
      complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _greenlight; echo "\${COMPREPLY[@]}"; }
      complete_words greenlight sw
      complete_words greenlight switch g
      complete_words greenlight rollback --database s
      complete_words greenlight rollback --re`;
    const completed = await execa("bash", ["-c", asked]);
    expect(completed.stdout.split("\n")).toEqual(["switch", "green", "script snapshot", "--reason"]);
  });

  it.each(["zsh", "fish"])("prints a completion for %s that names every command", async (shell) => {
    const { exitCode, stdout } = await greenlight(["completion", shell]);
    expect(exitCode).toBe(0);
    for (const name of ["release", "rollback", "--database", "--stack"])
      expect(stdout).toContain(name.replace(/^--/, ""));
  });
});
