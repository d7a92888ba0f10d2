import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, it } from "vitest";
import { hangsAfterMs } from "../patience.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Packages whose code a fresh process has loaded after it ran this. */
async function loadedBy(code: string): Promise<string[]> {
  const tell = `
    import { createRequire } from "node:module";
    ${code}
    const paths = Object.keys(createRequire("/").cache).filter((path) => !path.endsWith(".json"));
    const names = paths.flatMap((path) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(path)?.[1] ?? []);
    console.log(JSON.stringify([...new Set(names)]));`;
  const { stdout } = await execa(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", tell], {
    cwd: root,
    timeout: hangsAfterMs,
  });
  return JSON.parse(stdout);
}

/** What a stack on another platform must not pay for. */
const ofOthers = (names: readonly string[]) => names.filter((it) => it.startsWith("@kubernetes/"));
const ofAws = (names: readonly string[]) => names.filter((it) => /^@aws-sdk\/|^@smithy\/|^@pulumi\/aws$/.test(it));

it("a stack on this machine loads nothing of AWS, neither in its program nor in the provider", async () => {
  const names = await loadedBy(`
    const { platformOf } = await import("./components/platforms.ts");
    await platformOf({ platform: "local" });
    const { handlers } = await import("./provider/handlers.ts");
    await handlers["greenlight:index:Release"]();
    await handlers["greenlight:local:Traffic"]();`);
  expect(names).toContain("@pulumi/pulumi");
  expect(ofAws(names)).toEqual([]);
  expect(ofOthers(names)).toEqual([]);
});

it("a program on AWS loads neither the clients of AWS nor the classes of its package", async () => {
  const names = await loadedBy(`
    const { platformOf } = await import("./components/platforms.ts");
    await platformOf({ platform: "aws" });
    const { handlers } = await import("./provider/handlers.ts");
    for (const [type, load] of Object.entries(handlers)) if (type.startsWith("greenlight:aws:")) await load();`);
  expect(ofAws(names)).toEqual([]);
  // The SDK's index brings the compiler, for functions that are stored in the cloud.
  expect(names).not.toContain("typescript");
});

it("a program on Kubernetes loads its client only to ask the cluster", async () => {
  const names = await loadedBy(`
    const { platformOf } = await import("./components/platforms.ts");
    await platformOf({ platform: "kubernetes" });
    const { handlers } = await import("./provider/handlers.ts");
    for (const [type, load] of Object.entries(handlers)) if (type.startsWith("greenlight:kubernetes:")) await load();`);
  expect([...ofAws(names), ...ofOthers(names)]).toEqual([]);
});
