import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EnvironmentName, other } from "../../release/environment.ts";
import { AwsShop, toBlue, toGreen } from "./awsShop.ts";

// The commands on a simulated AWS with the real engine. That AWS itself does the same is not shown here.

let shop: AwsShop;
beforeAll(async () => {
  shop = await AwsShop.open({
    green: "v2",
    thresholds: { errorFor: "1m", p95For: "1m", minRequests: 100 },
    watch: { for: "5m", every: "1s" },
  });
});
afterAll(async () => {
  await shop?.close();
});

describe.sequential("the commands on a simulated AWS", () => {
  const greenlight = (...args: string[]) => shop.greenlight(args);
  const weights = () => shop.weights();

  beforeAll(async () => {
    await shop.succeed("up", "--skip-preview");
    await shop.project.set({ live: "green" });
    await shop.succeed("up", "--skip-preview");
  });

  it("roll back: traffic first, then Pulumi's state, then a verification", async () => {
    const { exitCode, json, said } = await greenlight("rollback", "--reason", "checkout fails");
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      from: { environment: "green", version: "v2" },
      to: { environment: "blue", version: "v1" },
      stateInLine: true,
      verified: { health: "4 of 4 instances", passed: true },
      serving: { environment: "blue", version: "v1" },
    });
    expect(said).toMatch(/the rule of web is written[\s\S]*traffic is back[\s\S]*traffic read back/);
    expect(await weights()).toEqual(toBlue);
    await shop.project.set({ live: "blue" });
    expect((await shop.succeed("preview")).changes).toEqual([]);
  });

  it("roll back while the engine is dead, and the next update finds the rules as it wants them", async () => {
    await shop.project.set({ live: "green" });
    await shop.succeed("up", "--skip-preview");
    expect(await weights()).toEqual(toGreen);
    const dead = { PULUMI_BACKEND_URL: "file:///nobody/keeps/state/here" };
    const { exitCode, json, said } = await shop.greenlight(["rollback", "--reason", "checkout fails"], dead);
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({ ok: true, stateInLine: false, serving: { environment: "blue" } });
    expect(await weights()).toEqual(toBlue);
    await shop.project.set({ live: "blue" });
    await shop.succeed("up", "--skip-preview");
    expect((await shop.succeed("preview")).changes).toEqual([]);
    expect(await weights()).toEqual(toBlue);
  });

  const serves = async (): Promise<EnvironmentName> => (await greenlight("status")).json.serves.environment;

  it("release a version: deployed beside the live one, switched, watched and called released", async () => {
    const from = await serves();
    const to = other(from);
    shop.traffic("blue", 0);
    shop.traffic("green", 0);
    const { exitCode, json, said } = await greenlight("release", "v3", "--watch-for", "215s");
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      outcome: "released",
      environment: to,
      move: { from, to },
      verdict: { verdict: "go" },
      serving: { environment: to, version: "v3" },
    });
    expect(await weights()).toEqual(to === "blue" ? toBlue : toGreen);
  });

  it("take a version back by themselves that fails under traffic", async () => {
    const from = await serves();
    const to = other(from);
    shop.traffic(from, 0);
    shop.traffic(to, 30);
    const { exitCode, json, said } = await greenlight("release", "v4", "--watch-for", "215s");
    expect(exitCode, said).toBe(4);
    expect(json).toMatchObject({
      ok: false,
      outcome: "rolled-back",
      verdict: { verdict: "no-go" },
      rollback: {
        from: { environment: to, version: "v4" },
        to: { environment: from, version: "v3" },
        stateInLine: true,
      },
      serving: { environment: from, version: "v3" },
    });
    expect(await weights()).toEqual(from === "blue" ? toBlue : toGreen);
  });
});
