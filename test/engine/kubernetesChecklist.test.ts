import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KubernetesShop } from "./kubernetesShop.ts";
import { failing, flat, reasonOf, setAside } from "./setAside.ts";

// The checklist of a stack on a real control plane with played nodes, with the real engine, by the deployer's Role alone.

let shop: KubernetesShop;
beforeAll(async () => {
  shop = await KubernetesShop.open({
    services: ["api", "web"],
    versions: ["v1", "v2"],
    pods: "played",
    settings: {
      live: "blue",
      blue: "v1",
      services: { api: { port: 8080, drain: "1s" }, web: { port: 8081, drain: "1s" } },
      kubernetes: { endpointDelay: "1s", gates: { deadline: "60s" } },
    },
  });
});
afterAll(async () => {
  await shop?.close();
});

const check = (version: string) => shop.greenlight("check", version);
/** What an operation that must be refused says, in one line. */
async function refused(operation: "preview" | "up", ...args: string[]): Promise<string> {
  const before = await shop.project.settled();
  const ran = await shop.project.run(operation, ...args);
  expect(ran.exitCode, ran.text).not.toBe(0);
  expect(await shop.project.settled()).toEqual(before);
  return flat(ran.text);
}

describe.sequential("the checklist of a stack on a Kubernetes cluster", () => {
  it("has nobody to ask for their health before the first deployment, in a namespace that is there", async () => {
    const { exitCode, json, said } = await check("v1");
    expect(exitCode, said).toBe(3);
    expect(reasonOf(json, "day/health")).toBe("nothing serves yet, so there is nobody to ask");
    expect(reasonOf(json, "infrastructure/rollback")).toBe("nothing is live that a rollback could go back to");
  });

  it("refuses a release without evidence in preview, in an update and by the command, with the same reasons", async () => {
    await shop.succeed("up", "--skip-preview");
    await shop.project.set({ checklist: { level: "mandatory" }, green: "v2" });
    const { exitCode, json, said } = await check("v2");
    expect(exitCode, said).toBe(3);
    expect(reasonOf(json, "infrastructure/capacity")).toBe("api 2 of 2 serving, web 2 of 2 serving");
    expect(reasonOf(json, "infrastructure/rollback")).toContain("no rollback of v2 or v1 was drilled");
    // All pods are ready: what is missing is somebody who hears of requests that fail.
    expect(reasonOf(json, "day/health")).toMatch(/^greenlight:kubernetes.prometheus names no alerting rule/);
    const reasons = ["tests/unit", "infrastructure/rollback", "infrastructure/monitoring", "day/health"].map(
      (id) => `${id}: ${reasonOf(json, id)}`,
    );
    for (const text of [await refused("preview"), await refused("up", "--skip-preview")]) {
      for (const reason of reasons) expect(text).toContain(flat(reason));
    }
  });

  it("only tells where it is advisory", async () => {
    await shop.project.set({ checklist: { level: "advisory" } });
    expect(flat((await shop.succeed("preview")).text)).toContain("checklist of v2 (advisory)");
    await shop.project.set({ checklist: { level: "mandatory" } });
  });

  it("lets a release pass of which every item stands, its switch, and the way back without asking", async () => {
    await setAside(shop.project, "v2", failing((await check("v2")).json));
    const { exitCode, said } = await check("v2");
    expect(exitCode, said).toBe(0);
    await shop.succeed("up", "--skip-preview");
    expect(await shop.serving()).toEqual(["blue"]);
    await shop.project.set({ live: "green" });
    await shop.succeed("up", "--skip-preview");
    expect(await shop.serving()).toEqual(["green"]);
    await shop.project.set({ live: "blue" });
    await shop.succeed("up", "--skip-preview");
    expect(await shop.serving()).toEqual(["blue"]);
  });
});
