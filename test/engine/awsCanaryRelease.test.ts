import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsCanaryShop } from "./awsCanaryShop.ts";
import { type AwsShop, toGreen } from "./awsShop.ts";

// A canary that the command walks on a simulated AWS with the real engine. That AWS itself does the same is not shown here.

let canary: AwsCanaryShop;
let shop: AwsShop;
beforeAll(async () => {
  canary = await AwsCanaryShop.open();
  ({ shop } = canary);
});
afterAll(async () => {
  await canary?.close();
});

describe("a canary on a simulated AWS", () => {
  it("is walked by a release: a share, both sides compared over the same minutes, then everything", async () => {
    await canary.scaleByLoad("shop-blue-web", 3);
    await shop.project.set({ bake: "1s" });
    const { exitCode, json, said } = await shop.greenlight(["release", "v3"]);
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      outcome: "released",
      environment: "green",
      verdict: { verdict: "go" },
      serving: { environment: "green", version: "v3" },
    });
    expect(said).toMatch(/tasks enough \S+ done/);
    expect(await canary.tasksOf("shop-green-web")).toBe(3);
    expect(said).toContain("canary: green v3 gets 20 % of users' requests");
    expect(said).toMatch(/canary: 20 % is passed\. Go at 20 %, compared/);
    // The settings have a bake as well, and nobody waited twice.
    expect(await canary.baked()).toBe("Watched by the command that gave the update.");
    expect(await shop.weights()).toEqual(toGreen);
    expect((await canary.stickiness())?.Enabled).toBe(false);
  });
});
