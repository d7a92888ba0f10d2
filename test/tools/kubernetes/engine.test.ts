import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureToolchain, pathWith } from "../../../tools/toolchain.ts";
import { hangsAfterMs } from "../../patience.ts";
import { root, temporaryFolder } from "../sandbox.ts";
import { buildTimeoutMs, World } from "./world.ts";

let world: World;
let folder: string;
let remove: () => Promise<void>;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const toolchain = await ensureToolchain({ want: ["pulumi"] });
  world = await World.start();
  ({ folder, remove } = await temporaryFolder("switched"));
  const project = join(folder, "project");
  await cp(fileURLToPath(new URL("../fixtures/switched", import.meta.url)), project, { recursive: true });
  await symlink(join(root, "node_modules"), join(project, "node_modules"));
  const settings = (await readFile(join(project, "Pulumi.yaml"), "utf8"))
    .replace("KUBERNETES_FOLDER", join(root, "tools/kubernetes"))
    .replace("NODE_SETUP", join(root, "tools/node.mjs"));
  await writeFile(join(project, "Pulumi.yaml"), settings);
  await mkdir(join(folder, "state"));
  env = {
    ...process.env,
    ...toolchain.env,
    PATH: pathWith(toolchain),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "only for this test",
  };
  expect((await pulumi("stack", "init", "test")).exitCode).toBe(0);
  await pulumi("config", "set", "kubeconfig", world.cluster.deployer ?? "");
  await pulumi("config", "set", "live", "blue");
}, buildTimeoutMs);
afterAll(async () => {
  await world?.stop();
  await remove?.();
});

function pulumi(...args: string[]) {
  return execa("pulumi", [...args, "--non-interactive", "--color=never"], {
    cwd: join(folder, "project"),
    env,
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    timeout: hangsAfterMs,
  });
}

async function succeed(...args: string[]): Promise<string> {
  const { all, exitCode } = await pulumi(...args);
  expect(exitCode, all).toBe(0);
  expect(all).not.toMatch(/warning/i);
  return all;
}

async function selected(): Promise<string> {
  return await world.kubectl("get", "svc", "api", "-n", "shop", "-o", "jsonpath={.spec.selector.side}");
}

/** Names of what there is of a kind. */
async function there(kind: string): Promise<string[]> {
  const names = await world.kubectl("get", kind, "-n", "shop", "-o", "jsonpath={.items[*].metadata.name}");
  return names.split(" ").filter((name) => name !== "");
}

describe("the engine with the stand-in for the kubernetes plugin", () => {
  it("previews what it would make, tried out by the API server, and makes nothing", async () => {
    expect(await succeed("preview")).toMatch(/5 to create/);
    expect(await there("deployments")).toEqual([]);
  });

  it("makes it, and then finds nothing to do", async () => {
    expect(await succeed("up", "--yes", "--skip-preview")).toMatch(/5 created/);
    expect(await there("deployments")).toEqual(["api-blue", "api-green"]);
    expect(await succeed("preview", "--expect-no-changes")).toMatch(/5 unchanged/);
  });

  it("switches by one changed selector", async () => {
    await pulumi("config", "set", "live", "green");
    expect(await succeed("up", "--yes", "--skip-preview")).toMatch(/1 updated/);
    expect(await selected()).toBe("green");
  });

  it("shows a secret nowhere in its output and its state", async () => {
    const secret = "only-for-this-test-4711";
    await pulumi("config", "set", "--secret", "password", secret);
    const said = await succeed("up", "--yes", "--skip-preview");
    const state = await everythingIn(join(folder, "state"));
    for (const text of [said, state]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString("base64"));
    }
    expect(await there("secrets")).toContain("access");
  });

  it("sees after a refresh what somebody moved, and tells who it was instead of taking it back", async () => {
    await world.kubectl("patch", "svc", "api", "-n", "shop", "-p", '{"spec":{"selector":{"side":"blue"}}}');
    await succeed("refresh", "--yes", "--skip-preview");
    const { all, exitCode } = await pulumi("preview");
    expect(exitCode, all).not.toBe(0);
    expect(all).toMatch(/\.spec\.selector \("kubectl-patch" using v1\)/);
    expect(await selected()).toBe("blue");
    await world.kubectl("patch", "svc", "api", "-n", "shop", "-p", '{"spec":{"selector":{"side":"green"}}}');
    await succeed("refresh", "--yes", "--skip-preview");
  });

  it("takes everything away", async () => {
    await succeed("destroy", "--yes", "--skip-preview");
    expect(await there("deployments,services,pods")).toEqual([]);
  });
});

async function everythingIn(folder_: string): Promise<string> {
  const entries = await readdir(folder_, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
}
