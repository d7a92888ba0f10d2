import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";

const installed = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
  .flatMap((name) => (process.env.PATH ?? "").split(":").map((folder) => join(folder, name)))
  .concat("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");

/** A browser without network: an installed one, else the one that comes as a package. */
export async function openBrowser(): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), "greenlight-browser-"));
  const found = installed.find((path) => existsSync(path));
  const { executablePath, args } = found === undefined ? await packaged() : { executablePath: found, args: [] };
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    offline: true,
    args: [
      ...args,
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
      ...["--disable-component-update", "--disable-sync"],
    ],
  });
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

async function packaged(): Promise<{ executablePath: string; args: string[] }> {
  const { default: it } = await import("@sparticuz/chromium");
  return { executablePath: await it.executablePath(), args: it.args };
}
