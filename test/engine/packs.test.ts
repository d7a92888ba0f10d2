import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packPolicies } from "../../tools/packPolicies.ts";
import { Project } from "./project.ts";
import { serviceSettings, writeService } from "./service.ts";

const first = 27000;
let project: Project;
const packs: string[] = [];

beforeAll(async () => {
  project = await Project.make({ ...serviceSettings(first), checklist: { level: "advisory" }, listen: "0.0.0.0" });
  await writeService(project, ["v1"]);
  // As they would be published: bundled, in the team's own project.
  const packed = await packPolicies(join(project.folder, "packs"));
  for (const { folder } of packed) packs.push("--policy-pack", folder);
});
afterAll(async () => await project?.remove());

/** As the engine breaks lines, a text is one line. */
const flat = (text: string) => text.replace(/\s+/g, " ");

describe.sequential("several bundled packs at once", () => {
  it("fail one preview, each by its own violations, though much is unknown in it", async () => {
    const ran = await project.run("preview", ...packs);
    expect(ran.exitCode).not.toBe(0);
    expect(ran.text).toMatch(/\[mandatory\].* loopback-listeners/);
    expect(ran.text).toMatch(/\[mandatory\].* checklist-enforced/);
    expect(ran.text).toMatch(/\[mandatory\].* tests-unit/);
    expect(flat(ran.text)).toContain("The stack's checklist is advisory, but must be mandatory.");
    expect(flat(ran.text)).toContain("tests/unit: ");
    expect(ran.text).not.toMatch(/\[advisory\]|can't run policy/);
  });

  it("take each a configuration of its own: levels and limits", async () => {
    await project.write(
      "checklist.json",
      JSON.stringify({
        all: "advisory",
        "checklist-enforced": { enforcementLevel: "mandatory", allowLevel: "advisory" },
      }),
    );
    await project.write("stack.json", JSON.stringify({ "loopback-listeners": { allowPublicListeners: true } }));
    const config = ["checklist.json", "stack.json"].flatMap((name) => [
      "--policy-pack-config",
      join(project.folder, name),
    ]);
    const ran = await project.run("preview", ...packs, ...config);
    expect(ran.exitCode, ran.text).toBe(0);
    expect(ran.text).toMatch(/\[advisory\].* tests-unit/);
    expect(ran.text).not.toMatch(/\[mandatory\]|loopback-listeners/);
  });
});
