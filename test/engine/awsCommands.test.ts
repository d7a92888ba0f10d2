import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsShop, toBlue, toGreen } from "./awsShop.ts";

// The commands on a simulated AWS with the real engine. That AWS itself does the same is not shown here.

let shop: AwsShop;
beforeAll(async () => {
  shop = await AwsShop.open({ green: "v2" });
}, 600_000);
afterAll(async () => {
  await shop?.close();
}, 600_000);

describe.sequential("the commands on a simulated AWS", { timeout: 900_000 }, () => {
  const greenlight = (...args: string[]) => shop.greenlight(args);
  const weights = () => shop.weights();

  beforeAll(async () => {
    await shop.succeed("up", "--skip-preview");
    await shop.project.set({ live: "green" });
    await shop.succeed("up", "--skip-preview");
  }, 600_000);

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
});
