import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsCanaryShop } from "./awsCanaryShop.ts";
import { type AwsShop, changesOfTraffic, toBlue } from "./awsShop.ts";

// A canary on a simulated AWS with the real engine: its rules, and what CloudWatch says of both sides. That AWS itself does the same is
// not shown here.

let canary: AwsCanaryShop;
let shop: AwsShop;
beforeAll(async () => {
  canary = await AwsCanaryShop.open();
  ({ shop } = canary);
});
afterAll(async () => {
  await canary?.close();
});

describe.sequential("a canary on a simulated AWS", () => {
  it("gives a share by plain pulumi, as a change of the rules and nothing that runs, and passes when both sides were judged", async () => {
    // Its bake is over before CloudWatch has told a minute, so that it is watched on until it has.
    await shop.project.set({ share: 10, bake: "1s" });
    const shown = await shop.succeed("preview", "--diff");
    expect(shown.text).toMatch(
      /api, web: blue serves \(read .*\); the settings move traffic to blue v1, and 10 % to green v2/,
    );
    const before = await shop.tasks();
    expect(before).toHaveLength(8);
    const ran = await shop.succeed("up", "--skip-preview");
    expect(await shop.tasks()).toEqual(before);
    const changes = [...changesOfTraffic, "create BakeGate bake", "update TasksMatched traffic-tasks"];
    expect(ran.changes.toSorted()).toEqual(changes.toSorted());
    expect(await canary.baked()).toMatch(
      /^Go at 10 %, compared: api: 0 % of the new version's requests failed.*; web: /,
    );
    expect(await shop.weights()).toEqual({ api: [90, 10], web: [90, 10] });
    expect(await canary.stickiness()).toEqual({ Enabled: true, DurationSeconds: 3_600 });
    expect((await shop.succeed("preview")).changes).toEqual([]);
  });

  it("refuses to overwrite a share that somebody moved", async () => {
    const { rule, groups } = await shop.ruleOf("web");
    await shop.world.simulator.moveWeights(rule.RuleArn ?? "", { [groups.blue]: 30, [groups.green]: 70 });
    await shop.project.set({ share: 50 });
    expect(await shop.refused()).toContain(
      "Somebody moved traffic: web is served blue 30 %, green 70 %, the last update left blue 90 %, green 10 %",
    );
    await shop.succeed("refresh", "--skip-preview");
    await shop.project.set({ share: undefined });
    await shop.succeed("up", "--skip-preview");
    expect(await shop.weights()).toEqual(toBlue);
    expect(await canary.baked()).toBe("Not watched: a way back waits for nobody.");
  });

  it("goes back from its share when a release fails more than what it replaces", async () => {
    shop.traffic("green", 60);
    const { exitCode, json, said } = await shop.greenlight(["release", "v3"]);
    expect(exitCode, said).toBe(4);
    expect(json).toMatchObject({
      ok: false,
      outcome: "rolled-back",
      verdict: { verdict: "no-go" },
      serving: { environment: "blue", version: "v1" },
    });
    expect(said).toContain("canary: green v3 gets 20 % of users' requests");
    expect(said).not.toMatch(/canary: 20 % is passed/);
    expect(await shop.weights()).toEqual(toBlue);
    expect((await canary.stickiness())?.Enabled).toBe(false);
  });
});
