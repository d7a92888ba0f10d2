import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rollbackProgram } from "../../../components/aws/automaticRollback/functionCode.ts";
import { type Done, rollbackHandler } from "../../../lambda/rollback/handler.ts";
import { Managed } from "../managed.ts";
import { alarm, armed, facts, listener, parameter, SwitchedStack, services } from "./switchedStack.ts";

let stack: SwitchedStack;
beforeEach(async () => {
  stack = await SwitchedStack.start();
});
afterEach(() => stack.end());

describe("the function that moves traffic back", () => {
  let handle: (event: unknown) => Promise<Done>;
  beforeEach(() => {
    handle = rollbackHandler(facts);
  });

  it("moves every service to what served before, reads that back and tells the topic", async () => {
    stack.keep(armed);
    expect(await handle(alarm())).toEqual({
      deed: "moved",
      why: "prod-green-no-go fired; api, web went back to blue",
    });
    expect(stack.shares).toEqual({ api: 100, web: 100 });
    expect(stack.told).toHaveLength(1);
    expect(stack.told[0]).toMatchObject({ subject: "prod: traffic went back to blue v1" });
    expect(stack.cloud.operations().lastIndexOf("DescribeRules")).toBeGreaterThan(
      stack.cloud.operations().lastIndexOf("ModifyRule"),
    );
  });

  it("moves once when it is called twice, one after the other", async () => {
    stack.keep(armed);
    await handle(alarm());
    expect(await handle(alarm())).toEqual({ deed: "nothing", why: "blue serves already" });
    expect(stack.moves()).toHaveLength(2);
    expect(stack.told).toHaveLength(1);
  });

  it("leaves traffic where one call alone would when it is called twice at the same time", async () => {
    stack.keep(armed);
    await Promise.all([handle(alarm()), handle(alarm())]);
    expect(stack.shares).toEqual({ api: 100, web: 100 });
  });

  it("goes on where the command stopped, and moves nothing that is back already", async () => {
    stack.keep(armed);
    stack.shares = { api: 100, web: 0 };
    await handle(alarm());
    expect(stack.moves()).toHaveLength(1);
    expect(stack.shares).toEqual({ api: 100, web: 100 });
  });

  it.each([
    [
      "it is disarmed",
      () => stack.keep({ armed: false, why: "v2 has its go" }),
      alarm(),
      "it is disarmed: v2 has its go",
    ],
    ["the bake is over", () => stack.keep(armed, Date.now() - 3_600_001), alarm(), "the bake of v2 is over"],
    [
      "the alarm is older than the switch",
      () => stack.keep(armed),
      alarm({}, new Date(Date.now() - 120_000)),
      "prod-green-no-go fired before the switch to v2",
    ],
    [
      "it is another alarm",
      () => stack.keep(armed),
      alarm({ alarmName: "prod-blue-no-go" }),
      "prod-blue-no-go is not the alarm of v2",
    ],
  ])("moves nothing and tells nobody when %s", async (_, arrange, event, why) => {
    arrange();
    expect(await handle(event)).toEqual({ deed: "nothing", why });
    expect(stack.cloud.operations()).toEqual(["GetParameter"]);
  });

  it.each([
    ["there is no record", () => undefined, "there is no record of what was switched"],
    ["the record is not one of ours", () => stack.keep({ armed: "yes" }), "there is no record of what was switched"],
    [
      "somebody moved traffic since",
      () => {
        stack.keep(armed);
        stack.shares = { api: 0, web: 40 };
      },
      "somebody else moved traffic after the switch: web is served blue 40 %, green 60 %",
    ],
    [
      "nobody is healthy there",
      () => {
        stack.keep(armed);
        stack.healthy = 0;
      },
      "blue has no healthy target for api, web",
    ],
  ])("moves nothing and says so when %s", async (_, arrange, why) => {
    arrange();
    expect(await handle(alarm())).toEqual({ deed: "refused", why });
    expect(stack.moves()).toEqual([]);
    expect(stack.told[0]?.message).toContain(why);
  });

  it("holds to a go that is given while it looks at the rules", async () => {
    stack.keep(armed);
    stack.cloud.answers("DescribeTargetHealth", () => {
      stack.keep({ armed: false, why: "v2 has its go" }, Date.now());
      return { TargetHealthDescriptions: [{ Target: { Id: "10.0.0.1" }, TargetHealth: { State: "healthy" } }] };
    });
    await expect(handle(alarm())).rejects.toThrow("the record changed meanwhile");
    expect(stack.moves()).toEqual([]);
    expect(await handle(alarm())).toEqual({ deed: "nothing", why: "it is disarmed: v2 has its go" });
  });

  it("tells how far it got when AWS refuses a rule, and fails so that it is called again", async () => {
    stack.keep(armed);
    stack.cloud.answers(
      "ModifyRule",
      () => {
        stack.shares.api = 100;
        return {};
      },
      { error: "AccessDenied", message: "not authorized to perform: elasticloadbalancing:ModifyRule" },
    );
    await expect(handle(alarm())).rejects.toThrow("not authorized");
    expect(stack.told[0]?.message).toContain("Changed so far: api; not read back.");
  });

  it("fails with its own reason when nobody can be told either", async () => {
    stack.keep(armed);
    stack.cloud.answers("DescribeRules", { error: "AccessDenied", message: "no rules for you" });
    stack.cloud.answers("Publish", { error: "AuthorizationError", message: "no topic for you" });
    await expect(handle(alarm())).rejects.toThrow("no rules for you");
  });

  it("takes no event but an alarm's", async () => {
    await expect(handle({ "detail-type": "Scheduled Event", detail: {} })).rejects.toThrow();
    expect(stack.cloud.operations()).toEqual([]);
  });

  it("does the same from the bundle that is uploaded", async () => {
    const folder = mkdtempSync(join(tmpdir(), "greenlight-function-"));
    try {
      // Lambda's runtime has the SDK; here it is the project's.
      symlinkSync(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(folder, "node_modules"));
      writeFileSync(join(folder, "rollback.mjs"), rollbackProgram());
      const bundled = (await import(pathToFileURL(join(folder, "rollback.mjs")).href)) as {
        rollbackHandler: typeof rollbackHandler;
      };
      stack.keep(armed);
      expect(await bundled.rollbackHandler(facts)(alarm())).toMatchObject({ deed: "moved" });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("the record of a switch", () => {
  const inputs = (live: "blue" | "green", over: object = {}) => ({
    region: "eu-central-1",
    parameter,
    listener,
    services,
    kind: "switch",
    live,
    weights: live === "blue" ? { blue: 100, green: 0 } : { blue: 0, green: 100 },
    versions: { blue: "v1", green: "v2" },
    wayBack: true,
    alarms: { blue: "prod-blue-no-go", green: "prod-green-no-go" },
    forMs: 3_600_000,
    intervalMs: 1,
    deadlineMs: 50,
    ...over,
  });
  let arming: Managed;
  beforeEach(async () => {
    arming = new Managed("greenlight:aws:RollbackArming", "rollback-arming");
    stack.shares = { api: 100, web: 100 };
  });

  it("is armed by the switch, before any rule moves, and says so", async () => {
    await arming.create(inputs("blue", { kind: "none" }));
    expect(stack.record()).toMatchObject({ armed: false, why: "v1 serves already" });
    await arming.update(inputs("green"));
    expect(stack.record()).toEqual({ ...armed, switched: false });
    expect(arming.told.at(-1)).toContain(
      "armed: traffic goes back to blue v1 by itself if prod-green-no-go fires within 60 min",
    );
    expect(stack.moves()).toEqual([]);
  });

  it("moves no traffic while the alarm that would take it back fires already, or is not there", async () => {
    await arming.create(inputs("blue", { kind: "none" }));
    stack.cloud.answers("DescribeAlarms", { CompositeAlarms: [{ AlarmName: armed.alarm, StateValue: "ALARM" }] });
    await expect(arming.update(inputs("green"))).rejects.toThrow(
      "Traffic was not moved: prod-green-no-go fires already, so nothing would take it back.",
    );
    stack.cloud.answers("DescribeAlarms", { CompositeAlarms: [] });
    await expect(arming.update(inputs("green"))).rejects.toThrow("prod-green-no-go is not there");
    expect(stack.record()).toMatchObject({ armed: false });
  });

  it("is armed by a canary's share, and by each further one", async () => {
    await arming.create(inputs("blue", { kind: "none" }));
    const shared = (green: number) => ({ weights: { blue: 100 - green, green } });
    await arming.update(inputs("blue", { kind: "canary", ...shared(10) }));
    expect(stack.record()).toEqual({ ...armed, switched: false, weights: [shared(10).weights] });
    stack.shares = { api: 90, web: 90 };
    await arming.update(inputs("blue", { kind: "promotion", ...shared(50) }));
    expect(stack.record()).toEqual({ ...armed, switched: false, weights: [shared(10).weights, shared(50).weights] });
  });

  it("is disarmed by a go and by a rollback", async () => {
    await arming.create(inputs("green"));
    stack.shares = { api: 0, web: 0 };
    expect(await arming.differs(inputs("green", { go: "v2" }))).toBe(true);
    await arming.update(inputs("green", { go: "v2" }));
    expect(stack.record()).toMatchObject({ armed: false, why: "v2 has its go" });
    await arming.update(inputs("blue", { kind: "rollback" }));
    expect(stack.record()).toMatchObject({ armed: false, why: "v1 was rolled back to" });
  });

  it("shows nothing in an update that moves no traffic", async () => {
    await arming.create(inputs("green"));
    expect(
      await arming.differs(inputs("green", { kind: "none", versions: { blue: "v3", green: "v2" }, forMs: 1 })),
    ).toBe(false);
  });

  it("is armed anew for a switch after the function had moved traffic back", async () => {
    await arming.create(inputs("green"));
    stack.kept = { value: JSON.stringify({ ...stack.record(), switched: true, since: 1 }), at: 1 };
    await arming.refresh();
    expect(await arming.differs()).toBe(true);
    await arming.update(inputs("green", { kind: "none" }));
    expect(stack.record()).toEqual({ ...armed, switched: false });
    expect(stack.kept?.at).toBeGreaterThan(1);
  });

  it("is made again when somebody removed it", async () => {
    await arming.create(inputs("green"));
    stack.kept = undefined;
    expect(await arming.refresh()).toBeUndefined();
  });

  it("goes with the stack, and it is no error when it is gone", async () => {
    await arming.create(inputs("green"));
    await arming.delete();
    expect(stack.kept).toBeUndefined();
    stack.cloud.answers("DeleteParameter", { error: "ParameterNotFound" });
    await arming.delete();
  });

  it("is not taken for written when something else can be read", async () => {
    stack.cloud.answers("PutParameter", { Version: 1 });
    await expect(arming.create(inputs("green"))).rejects.toThrow(
      "What was recorded for the way back is not what can be read.",
    );
  });

  it("begins its bake when traffic was read to be there, once", async () => {
    stack.keep({ ...armed, switched: false }, Date.now() - 7_200_000);
    const { at } = stack.kept ?? { at: 0 };
    const bake = new Managed("greenlight:aws:RollbackBake", "rollback-bake");
    expect(await bake.create({ region: "eu-central-1", parameter, readAt: "2026-03-02T10:00:00.000Z" })).toMatchObject({
      begun: true,
    });
    expect(stack.record()).toEqual({ ...armed, since: at });
    expect(await bake.update({ region: "eu-central-1", parameter, readAt: "2026-03-03T10:00:00.000Z" })).toMatchObject({
      begun: false,
    });
  });

  it("ends before the environment to go back to takes another version", async () => {
    stack.keep(armed);
    const stand = new Managed("greenlight:aws:RollbackStandDown", "blue-stand-down");
    const facts = { region: "eu-central-1", parameter, environment: "blue" };
    expect(await stand.create({ ...facts, version: "v1" })).toMatchObject({ stoodDown: false });
    expect(await stand.update({ ...facts, version: "v3" })).toMatchObject({ stoodDown: true });
    expect(stack.record()).toMatchObject({ armed: false, why: "blue takes v3 in place of v1" });
  });
});
