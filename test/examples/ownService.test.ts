import { afterEach, describe, expect, it, vi } from "vitest";
import { type Instance, readRelease, smoke, startService } from "./releases.ts";

vi.setConfig({ testTimeout: 20_000 });

let running: Instance | undefined;
afterEach(async () => {
  running?.terminate();
  await running?.ended;
});

describe("a service that is not ours", () => {
  it.each(["v1.0.0", "v1.0.1"])("%s starts on the port it is given and passes its smoke test", async (version) => {
    const release = await readRelease("own-service", version);
    running = await startService(release, "site");
    const { exitCode, output } = await smoke(release, { SITE_URL: running.url, EXPECT_VERSION: version });
    expect(output).toContain(`serves ${version}`);
    expect(exitCode).toBe(0);
  });

  it("fails its smoke test when another version serves", async () => {
    const release = await readRelease("own-service", "v1.0.0");
    running = await startService(release, "site");
    const { exitCode, output } = await smoke(release, { SITE_URL: running.url, EXPECT_VERSION: "v1.0.1" });
    expect(exitCode).toBe(1);
    expect(output).toContain('version.txt says "v1.0.0", expected "v1.0.1"');
  });

  it("ends on SIGTERM", async () => {
    const instance = await startService(await readRelease("own-service", "v1.0.0"), "site");
    instance.terminate();
    expect(await instance.ended).toBe(0);
  });
});
