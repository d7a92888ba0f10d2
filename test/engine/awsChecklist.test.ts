import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { region } from "../tools/aws/world.ts";
import { AwsShop, toBlue, toGreen } from "./awsShop.ts";
import { root } from "./project.ts";
import { failing, flat, reasonOf, setAside } from "./setAside.ts";

// The checklist of a stack on a simulated AWS, with the real engine. Its alarms have the states that the test orders.

let shop: AwsShop;
beforeAll(async () => {
  shop = await AwsShop.open();
  await shop.succeed("up", "--skip-preview");
  await shop.world.simulator.setAlarm("shop-blue-no-go", "OK", "ordered by the test", region);
  await shop.project.set({ checklist: { level: "mandatory" }, green: "v2" });
});
afterAll(async () => {
  await shop?.close();
});

const check = () => shop.greenlight(["check", "v2"]);
/** What an operation that must be refused says, in one line. */
async function refused(operation: "preview" | "up", ...args: string[]): Promise<string> {
  const before = await shop.project.settled();
  const ran = await shop.project.run(operation, ...args);
  expect(ran.exitCode, ran.text).not.toBe(0);
  expect(await shop.project.settled()).toEqual(before);
  return flat(ran.text);
}
const packs = ["checklist", "stack-safety"].flatMap((name) => ["--policy-pack", join(root, "policies", name)]);

describe.sequential("the checklist of a stack on a simulated AWS", () => {
  it("refuses a release without evidence in preview, in an update and by the command, with the same reasons", async () => {
    const { exitCode, json, said } = await check();
    expect(exitCode, said).toBe(3);
    expect(said).not.toContain("Warning");
    expect(reasonOf(json, "day/health")).toBe("all 4 instances of blue answer well, no alarm fires");
    expect(reasonOf(json, "anti-patterns/unwatched")).toContain("watched for");
    expect(reasonOf(json, "infrastructure/rollback")).toContain("no rollback of v2 or v1 was drilled");
    const reasons = ["tests/unit", "infrastructure/staging", "infrastructure/rollback"].map(
      (id) => `${id}: ${reasonOf(json, id)}`,
    );
    for (const text of [await refused("preview"), await refused("up", "--skip-preview")]) {
      for (const reason of reasons) expect(text).toContain(flat(reason));
      expect(text).not.toContain("day/health");
    }
    expect(await refused("preview", ...packs)).toContain(flat(reasons[0] ?? ""));
  });

  it("refuses one for what only AWS knows: an alarm that fires, or nobody who may ask", async () => {
    const { simulator } = shop.world;
    await simulator.setAlarm("shop-blue-no-go", "ALARM", "ordered by the test", region);
    expect(reasonOf((await check()).json, "day/health")).toContain("shop-blue-no-go fires");
    expect(await refused("preview")).toContain("day/health: shop-blue-no-go fires");
    await simulator.setAlarm("shop-blue-no-go", "OK", "ordered by the test", region);
    simulator.fail({ kind: "deny", service: "elasticloadbalancing", action: "DescribeTargetHealth" });
    const reason = "day/health: AWS did not tell the health of the targets";
    expect(await refused("up", "--skip-preview")).toContain(reason);
    simulator.faults.clear();
  });

  it("only tells where it is advisory", async () => {
    await shop.project.set({ checklist: { level: "advisory" } });
    expect(flat((await shop.succeed("preview")).text)).toContain("checklist of v2 (advisory)");
    await shop.project.set({ checklist: { level: "mandatory" } });
  });

  it("lets a release pass of which every item stands, and its switch", async () => {
    await setAside(shop.project, "v2", failing((await check()).json));
    const { exitCode, json, said } = await check();
    expect(exitCode, `${said}\n${JSON.stringify(json)}`).toBe(0);
    await shop.succeed("up", "--skip-preview");
    expect(await shop.weights()).toEqual(toBlue);
    await shop.project.set({ live: "green" });
    await shop.succeed("up", "--skip-preview");
    expect(await shop.weights()).toEqual(toGreen);
  });

  it("holds up neither an everyday update nor the way back", async () => {
    await shop.project.set({ watch: { for: "10m" } });
    await shop.succeed("up", "--skip-preview");
    await shop.project.set({ live: "blue" });
    await shop.succeed("up", "--skip-preview");
    expect(await shop.weights()).toEqual(toBlue);
  });
});
