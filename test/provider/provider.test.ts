import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type AnyHandler, handler, type Step } from "../../provider/handler.ts";
import { GreenlightProvider } from "../../provider/provider.ts";
import { decode } from "../../provider/wire.ts";
import { Problem } from "../../release/problem.ts";
import { secret, unknownOnTheWire } from "./managed.ts";

const urn = "urn:pulumi:prod::shop::greenlight:local:Platform$greenlight:test:Thing::my::thing";

const shape = z.strictObject({
  size: z.number().int().positive(),
  place: z.string(),
  note: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  tested: z.array(z.strictObject({ at: z.string() })).optional(),
});
type Inputs = z.infer<typeof shape>;
interface Outputs {
  readonly token: string;
  readonly healthy: boolean;
}

function thing(over: Partial<Parameters<typeof handler<Inputs, Outputs>>[0]> = {}): AnyHandler {
  return handler<Inputs, Outputs>({
    inputs: shape,
    secretOutputs: ["token"],
    replaceOn: ["place"],
    remarks: ["note"],
    parts: ["tested"],
    drifted: (state) => state.healthy === false,
    create: async () => ({ id: "one", outputs: { token: "t", healthy: true } }),
    read: async () => ({ token: "t", healthy: true }),
    update: async () => ({ token: "t2", healthy: true }),
    delete: async () => undefined,
    ...over,
  });
}

function provider(over?: Parameters<typeof thing>[0]): GreenlightProvider {
  return new GreenlightProvider({ "greenlight:test:Thing": async () => thing(over) });
}

/** What the engine's own runtime prints and sends of an error. */
async function shown(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error("nothing was thrown"),
    (it: Error) => it,
  );
  return `${error}: ${error.stack}`;
}

describe("a resource type", () => {
  it("that is not ours is refused by name, also one that every object has", async () => {
    const it_ = provider();
    for (const type of ["greenlight:index:Nothing", "constructor", "__proto__", "toString"]) {
      await expect(it_.create(`urn:pulumi:s::p::${type}::n`, {})).rejects.toThrow(`no resource type ${type}.`);
    }
    await expect(it_.check("nonsense", {}, {})).rejects.toThrow("no resource type");
  });

  it("is found behind its parents' types, its name may hold colons", async () => {
    let seen: Step | undefined;
    await provider({
      create: async (step) => {
        seen = step;
        return { id: "one", outputs: { token: "t", healthy: true } };
      },
    }).create(urn, { size: 1, place: "here" });
    expect(seen).toMatchObject({ urn, name: "my::thing" });
  });
});

describe("check", () => {
  it("names the property of every fault of shape, nested ones by their path", async () => {
    const { failures } = await provider().check(urn, {}, { size: -1, env: { A: 5 }, extra: true });
    expect(failures?.map((it) => it.reason.split(":")[0]).sort()).toEqual(["env.A", "inputs", "place", "size"]);
    expect(failures?.find((it) => it.reason.startsWith("inputs:"))?.reason).toContain("extra");
    // The engine would print the value of a property that is named, secret or not.
    expect(failures?.map((it) => it.property)).toEqual(["", "", "", ""]);
  });

  it("does not repeat a secret in what it says of it", async () => {
    const { failures } = await provider().check(urn, {}, { size: secret("hunter2-secret"), place: "here" });
    expect(failures).toHaveLength(1);
    expect(JSON.stringify(failures)).not.toContain("hunter2");
  });

  it("passes the handler's refusals on", async () => {
    const { failures } = await provider({
      check: async () => ({ failures: [{ property: "size", reason: "too big for this house" }] }),
    }).check(urn, {}, { size: 1000, place: "here" });
    expect(failures).toEqual([{ property: "", reason: "size: too big for this house" }]);
  });

  it("gives the handler the inputs of the last update, or nothing at the first", async () => {
    const seen: unknown[] = [];
    const it_ = provider({
      check: async (_, olds) => {
        seen.push(olds);
        return {};
      },
    });
    await it_.check(urn, {}, { size: 2, place: "here" });
    await it_.check(urn, { size: 1, place: "here", __defaults: [] }, { size: 2, place: "here" });
    expect(seen).toEqual([undefined, { size: 1, place: "here" }]);
    // Also when an earlier provider knew an input more.
    await it_.check(urn, { size: 1, place: "here", colour: "red" }, { size: 2, place: "here" });
    expect(seen.at(-1)).toEqual({ size: 1, place: "here" });
  });

  it("fills in what the handler adds, and a secret stays marked", async () => {
    const { inputs } = await provider({
      check: async (_, __, news) => ({ inputs: { ...news, note: "added" } }),
    }).check(urn, {}, { size: 1, place: secret("hidden") });
    expect(inputs).toEqual({ size: 1, place: secret("hidden"), note: "added" });
  });

  it("does not fail in a preview on what is not known yet, and asks the handler nothing", async () => {
    const news = { size: unknownOnTheWire, place: "here" };
    const answer = await provider({
      check: async () => {
        throw new Error("asked too early");
      },
    }).check(urn, {}, news);
    expect(answer.failures ?? []).toEqual([]);
    expect(answer.inputs).toEqual(news);
  });
});

describe("diff", () => {
  const state = { size: 1, place: "here", token: secret("t"), healthy: true };
  const diff = (olds: Record<string, unknown>, news: Record<string, unknown>) =>
    provider().diff("one", urn, olds, news);

  it("is none for equal inputs: outputs are not compared", async () => {
    expect(await diff(state, { size: 1, place: "here" })).toMatchObject({ changes: false, replaces: [] });
  });

  it("is none when only the mark of a secret came or went", async () => {
    expect(await diff({ ...state, place: secret("here") }, { size: 1, place: "here" })).toMatchObject({
      changes: false,
    });
  });

  it("is one for a changed, an added and a removed input", async () => {
    expect(await diff(state, { size: 2, place: "here" })).toMatchObject({ changes: true });
    expect(await diff(state, { size: 1, place: "here", env: {} })).toMatchObject({ changes: true });
    expect(await diff({ ...state, env: { A: "1" } }, { size: 1, place: "here" })).toMatchObject({ changes: true });
  });

  it("is none where fewer of the tested are named, and one for others, more, or none that were tested", async () => {
    const tested = (...all: string[]) => ({ size: 1, place: "here", tested: all.map((at) => ({ at })) });
    const before = { ...state, ...tested("a", "b") };
    expect(await diff(before, tested("b"))).toMatchObject({ changes: false });
    expect(await diff(before, tested("b", "a"))).toMatchObject({ changes: false });
    expect(await diff(before, tested("a", "c"))).toMatchObject({ changes: true });
    expect(await diff(before, tested("a", "b", "c"))).toMatchObject({ changes: true });
    expect(await diff(state, tested("a"))).toMatchObject({ changes: true });
    expect(await diff(before, { ...tested("a"), size: 2 })).toMatchObject({ changes: true });
    expect(await diff(before, { ...tested(), tested: unknownOnTheWire })).toMatchObject({ changes: true });
  });

  it("is none for a remark alone, is one for a remark beside another change", async () => {
    expect(await diff({ ...state, note: "a" }, { size: 1, place: "here", note: "b" })).toMatchObject({
      changes: false,
    });
    expect(await diff({ ...state, note: "a" }, { size: 2, place: "here", note: "b" })).toMatchObject({ changes: true });
  });

  it("is one when what was read back is not what is wanted", async () => {
    expect(await diff({ ...state, healthy: false }, { size: 1, place: "here" })).toMatchObject({ changes: true });
  });

  it("replaces for what makes another resource, the old one first", async () => {
    expect(await diff(state, { size: 1, place: "there" })).toEqual({
      changes: true,
      replaces: ["place"],
      deleteBeforeReplace: true,
    });
    expect(await diff(state, { size: 2, place: "here" })).toMatchObject({ replaces: [], deleteBeforeReplace: false });
  });

  it("is one for what is not known yet, whatever it was before", async () => {
    expect(await diff(state, { size: unknownOnTheWire, place: "here" })).toMatchObject({ changes: true });
    const before = { size: 1, place: "here", env: { A: null } };
    expect(await diff(before, { ...before, env: { A: unknownOnTheWire } })).toMatchObject({ changes: true });
  });
});

describe("secrets stay marked in what is saved", () => {
  const inputs = { size: 1, place: secret("hidden") };

  it("by create, update and read, the handler's own secret outputs with them", async () => {
    const it_ = provider();
    const created = (await it_.create(urn, inputs)).outs ?? {};
    const updated = (await it_.update("one", urn, created, inputs)).outs ?? {};
    const read = (await it_.read("one", urn, updated)).props ?? {};
    for (const bag of [created, updated, read]) expect([...decode(bag).secrets].sort()).toEqual(["place", "token"]);
    expect(updated.token).toEqual(secret("t2"));
  });

  it("by read of a type without one", async () => {
    const { read: _, ...rest } = thing();
    const it_ = new GreenlightProvider({ "greenlight:test:Thing": async () => rest });
    expect(await it_.read("one", urn, inputs)).toEqual({ id: "one", props: inputs });
  });

  it("and a resource that is gone is told by an empty id", async () => {
    expect(await provider({ read: async () => undefined }).read("one", urn, inputs)).toEqual({ id: "", props: {} });
  });
});

describe("an error", () => {
  const failing = provider({
    check: async () => {
      throw new TypeError("check broke");
    },
    create: async () => {
      throw new Problem({
        happened: "The disk is full.",
        where: "/data",
        next: "make room",
        cause: new Error("ENOSPC"),
      });
    },
    read: async () => {
      throw new Error("read broke", { cause: new Error("the socket closed") });
    },
    update: async () => Promise.reject("only a text"),
    delete: async () => {
      throw new Error("delete broke");
    },
  });
  const inputs = { size: 1, place: "here" };

  it("reaches the person as sentences with its causes, never as a stack", async () => {
    const all = await Promise.all([
      shown(failing.check(urn, {}, inputs)),
      shown(failing.create(urn, inputs)),
      shown(failing.read("one", urn, inputs)),
      shown(failing.update("one", urn, inputs, inputs)),
      shown(failing.delete("one", urn, inputs)),
      shown(failing.diff("one", "urn:pulumi:s::p::no:such:Type::n", inputs, inputs)),
    ]);
    expect(all[0]).toBe("check broke: ");
    expect(all[1]).toBe("The disk is full.\nBecause: ENOSPC\nWhere: /data\nNext: make room: ");
    expect(all[2]).toBe("read broke: the socket closed: ");
    expect(all[3]).toBe("only a text: ");
    expect(all[4]).toBe("delete broke: ");
    for (const text of all) expect(text).not.toMatch(/\bat .*:\d+:\d+/);
  });
});

describe("cancel", () => {
  it("aborts what waits, with the reason, and every step that comes after", async () => {
    const it_ = provider({
      create: (step) =>
        new Promise((_, reject) => {
          if (step.signal.aborted) reject(step.signal.reason);
          step.signal.addEventListener("abort", () => reject(step.signal.reason));
        }),
    });
    const waiting = expect(it_.create(urn, { size: 1, place: "here" })).rejects.toThrow("the update was cancelled");
    await it_.cancel();
    await waiting;
    await expect(it_.create(urn, { size: 1, place: "here" })).rejects.toThrow("the update was cancelled");
  });
});

describe("the function prepare", () => {
  const platforms = ["index", "local", "aws"];

  it("is answered at once, then reads the code of a platform's types and of those that every platform has, though one of them cannot be read", async () => {
    const read: string[] = [];
    const handlers = Object.fromEntries(
      platforms.map((it) => [
        `greenlight:${it}:Thing`,
        async () => {
          read.push(it);
          if (it === "index") throw new Error("there is no such file");
          return thing();
        },
      ]),
    );
    const it_ = new GreenlightProvider(handlers);
    expect(await it_.invoke("greenlight:index:prepare", { platform: "local" })).toEqual({ outputs: {} });
    await expect.poll(() => read).toEqual(["index", "local"]);
  });

  it("is the only one", async () => {
    await expect(provider().invoke("greenlight:index:perform", {})).rejects.toThrow(
      "no function greenlight:index:perform.",
    );
  });
});
