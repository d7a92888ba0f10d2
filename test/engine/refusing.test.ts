import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../processes.ts";
import { folderStands, portsInUse, processesOf } from "./observe.ts";
import { Project, root } from "./project.ts";
import { serviceSettings, writeService } from "./service.ts";

const first = 26900;
const pack = join(root, "policies", "stack-safety");
let project: Project;

beforeAll(async () => {
  project = await Project.make(serviceSettings(first));
  await writeService(project, ["v1", "v2"]);
});
afterAll(async () => await project?.remove());

/** Nothing was made: no folder, no process, no listener, and no resource of ours in the state. */
async function nothingExists(): Promise<void> {
  expect(folderStands(project)).toBe(false);
  expect(await processesOf(project)).toEqual([]);
  expect((await project.exported()).resources.filter((it) => it.type.startsWith("greenlight:"))).toEqual([]);
}

describe.sequential("what is wrong before anything begins", () => {
  const wrong: [what: string, prepare: () => Promise<void>, says: string[]][] = [
    [
      "wrong settings",
      () => project.set({ live: "purple", gates: { sucesses: 2 } }),
      [
        'greenlight:live is "purple"; expected blue or green',
        "greenlight:gates.sucesses is no setting; did you mean successes?",
        "Nothing was changed.",
      ],
    ],
    [
      "a manifest that is not there",
      () => project.set({ ...serviceSettings(first), blue: "v9" }),
      ["There is no manifest of v9", "Next: write releases/v9.yaml"],
    ],
    [
      "a manifest of the wrong shape",
      async () => {
        await project.write("releases/v8.yaml", "version: v8\nservises: {}\nsmoke: { command: node }\n");
        await project.set({ ...serviceSettings(first), blue: "v8" });
      },
      ["releases/v8.yaml is not a valid release manifest", "did you mean services?"],
    ],
    [
      "a manifest that leaves the project",
      async () => {
        await project.write(
          "releases/v7.yaml",
          "version: v7\nservices: { api: { directory: ../../.., command: [node, x.js] } }\nsmoke: { command: [node] }\n",
        );
        await project.set({ ...serviceSettings(first), blue: "v7" });
      },
      ["leaves the project folder"],
    ],
    [
      "a service that no manifest has",
      () =>
        project.set({ ...serviceSettings(first), services: { api: { port: first }, worker: { port: first + 19 } } }),
      ["the settings name service worker, which no manifest has"],
    ],
    [
      "a service's port within the range of the others",
      () => project.set({ ...serviceSettings(first), services: { api: { port: first + 3 } } }),
      [`Port ${first + 3} of greenlight:services.api.port lies in the range`],
    ],
    [
      "a command that does not exist",
      async () => {
        await project.write(
          "releases/v6.yaml",
          "version: v6\nservices: { api: { directory: ../service, command: [no-such-program] } }\nsmoke: { command: [node] }\n",
        );
        await project.set({ ...serviceSettings(first), blue: "v6" });
      },
      ["there is no command no-such-program on PATH"],
    ],
  ];

  for (const [what, prepare, says] of wrong) {
    it(`${what}: a few lines, no stack trace, nothing made`, async () => {
      await prepare();
      const ran = await project.run("preview");
      expect(ran.exitCode).not.toBe(0);
      for (const text of says) expect(ran.text).toContain(text);
      expect(ran.text).not.toMatch(/\n\s+at |node_modules|unhandled|<nil>/);
      await nothingExists();
    });
  }
});

describe.sequential("a port that another program has", () => {
  it("ends the update by the port's number, and the next one goes on once it is free", async () => {
    await project.set({ ...serviceSettings(first) });
    const other = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => other.listen(first + 5, "127.0.0.1", resolve));
    try {
      const ran = await project.run("up", "--skip-preview");
      expect(ran.exitCode).not.toBe(0);
      expect(ran.text).toContain(`Port ${first + 5} is in use by another program; api in blue needs it.`);
      expect(ran.text).not.toMatch(/\n\s+at /);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
    const ran = await project.run("up", "--skip-preview");
    expect(ran.exitCode, ran.text).toBe(0);
    const down = await project.run("destroy", "--skip-preview");
    expect(down.exitCode, down.text).toBe(0);
    expect(await portsInUse(first, 20)).toEqual([]);
  });
});

describe.sequential("the policy pack stack-safety", () => {
  it("stops an update without preview at the release, before anything is made", async () => {
    await project.set({ ...serviceSettings(first), listen: "0.0.0.0" });
    const ran = await project.run("up", "--skip-preview", "--policy-pack", pack);
    expect(ran.exitCode).not.toBe(0);
    expect(ran.text).toMatch(/\[mandatory\].* loopback-listeners +\(greenlight:index:Release: release\)/);
    expect(ran.text).toContain("It would listen on 0.0.0.0, where others can reach it.");
    await nothingExists();
  });

  it("fails a preview with the same violation, as mandatory, though much is unknown in it", async () => {
    const ran = await project.run("preview", "--policy-pack", pack);
    expect(ran.exitCode).not.toBe(0);
    expect(ran.text).toMatch(/\[mandatory\].* loopback-listeners/);
    expect(ran.text).not.toMatch(/\[advisory\]/);
  });

  it("takes it when the pack's configuration allows that", async () => {
    await project.write("policy.json", JSON.stringify({ "loopback-listeners": { allowPublicListeners: true } }));
    const config = join(project.folder, "policy.json");
    const ran = await project.run("preview", "--policy-pack", pack, "--policy-pack-config", config);
    expect(ran.exitCode, ran.text).toBe(0);
  });

  it("passes what is in order, in preview and update", async () => {
    await project.set({ ...serviceSettings(first), listen: undefined });
    const ran = await project.run("up", "--policy-pack", pack);
    expect(ran.exitCode, ran.text).toBe(0);
    expect(ran.text).toContain("stack-safety");
    expect(ran.text).not.toMatch(/\[(mandatory|advisory)\]/);
  });
});

describe("Pulumi's own language host", () => {
  // It starts plugins by this script, and gives node none of the runtime options that our own host gives.
  const cases: [what: string, script: string, args: string[]][] = [
    ["the provider", "run-plugin", [join(root, "provider"), "127.0.0.1:1"]],
    ["the policy pack", "run-policy-pack", ["127.0.0.1:1", pack]],
  ];
  it.each(cases)("can start %s", async (_, script, args) => {
    const plugin = spawn("node", [join(root, "node_modules/@pulumi/pulumi/cmd", script, "index.js"), ...args], {
      cwd: args.at(-1)?.startsWith("/") ? args.at(-1) : root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [plugin.stdout, plugin.stderr]) stream.on("data", (text) => (said += String(text)));
    const ended = new Promise((resolve) => plugin.once("exit", resolve));
    try {
      const port = await eventually("the port that it serves on", async () => /^\d+$/m.exec(said)?.[0]).catch(
        (cause: unknown) => {
          throw new Error(said, { cause });
        },
      );
      expect(Number(port)).toBeGreaterThan(1023);
    } finally {
      plugin.kill("SIGKILL");
      await ended;
    }
  });
});
