import { afterEach, describe, expect, it } from "vitest";
import { rollbackCommand } from "../../cli/commands/rollback.ts";
import { settings } from "../components/kubernetes/shop.ts";
import { Project } from "./project.ts";
import { Told } from "./told.ts";

// No cluster is there to be asked. What is done where one is, is in test/engine/kubernetesRollback.test.ts.

describe("a rollback on Kubernetes that asks for what is not there", () => {
  let project: Project;
  afterEach(() => project.remove());

  const rollBack = (database: "script" | "snapshot", more: object = {}) => {
    const kubernetes = { ...settings.kubernetes, kubeconfig: "/nobody/has/this/kubeconfig", ...more };
    const all = Object.entries({ ...settings, kubernetes });
    const lines = all.map(([key, it]) => `  shop:${key}: ${JSON.stringify(it)}`);
    project = new Project({ prod: `config:\n${lines.join("\n")}\n` });
    const options = { project: project.dir, json: true, yes: true, reason: "checkout fails", database };
    return rollbackCommand(options, new Told(), new AbortController().signal);
  };
  const dump = { image: `postgres:17@sha256:${"a".repeat(64)}`, claim: "backups", secret: "backup" };
  const migration = { service: "api", command: ["m"], verify: ["v"], prints: "up to date" };

  it.each([
    ["a snapshot of a stack without dumps", "snapshot", {}, /leave it out: .*docs\/kubernetes.md/],
    [
      "a dump that nobody may put in place",
      "snapshot",
      { database: { dump, migration } },
      /leave it out: .*restore by hand/,
    ],
    ["a script of a stack without a database", "script", {}, /leave out --database script/],
    [
      "a script that no settings name",
      "script",
      { database: { claim: "data", migration } },
      /leave out --database script.*docs\/kubernetes.md/,
    ],
  ] as const)("refuses %s with what to leave out, and asks no cluster", async (_, database, more, next) => {
    await expect(rollBack(database, more)).rejects.toMatchObject({
      exitCode: 2,
      untouched: "Nothing was changed.",
      next: expect.stringMatching(next),
    });
  });
});
