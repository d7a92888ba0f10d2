import { createServer } from "node:http";
import { DescribeClustersCommand, ECSClient } from "@aws-sdk/client-ecs";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { Connection } from "../../../tools/aws/plugin/connection.ts";
import { type AnyKind, type Bag, kind } from "../../../tools/aws/plugin/kind.ts";
import { settingsFrom, wrongSettings } from "../../../tools/aws/plugin/settings.ts";
import { StandIn, unknown } from "../../../tools/aws/plugin/standIn.ts";
import { NotReady } from "../../../tools/plugin/provider.ts";
import { standInAt } from "./world.ts";

const type = "aws:test/thing:Thing";
const it_ = { type, name: "thing" };
const inputs = z.strictObject({
  name: z.string().optional(),
  size: z.number().default(1),
  list: z.array(z.string()).optional(),
  order: z.array(z.string()).optional(),
  policy: z.string().optional(),
  zone: z.string().optional(),
  nested: z.strictObject({ path: z.string(), port: z.string().optional() }).optional(),
});

/** A stand-in with one kind whose things are kept in memory. */
function standIn(more: Partial<AnyKind> = {}, defaultTags: Bag = {}) {
  const things = new Map<string, Bag>();
  const thing: AnyKind = {
    ...kind<z.infer<typeof inputs>>({
      inputs,
      replaceOn: ["name"],
      computed: ["zone", "nested.port"],
      ordered: ["order"],
      autoName: { property: "name", longest: 20 },
      tag: async (_step, id, put, remove) => {
        const all = things.get(id) ?? {};
        const tags = { ...(all.tagsAll as Bag), ...put };
        things.set(id, {
          ...all,
          tagsAll: Object.fromEntries(Object.entries(tags).filter(([key]) => !remove.includes(key))),
        });
      },
      create: async (step, news) => {
        const id = news.name ?? "";
        things.set(id, { ...news, zone: news.zone ?? "a", tagsAll: step.tags });
        return id;
      },
      read: async (_step, id) => things.get(id),
      update: async (_step, id, news) => {
        things.set(id, { ...things.get(id), ...news });
      },
      delete: async (_step, id) => {
        things.delete(id);
      },
    }),
    ...more,
  };
  const it = new StandIn({ [type]: async () => thing }, {});
  const tags = JSON.stringify({ tags: defaultTags });
  it.configure(
    { region: "eu-central-1", accessKey: "a", secretKey: "b", defaultTags: tags },
    { AWS_ENDPOINT_URL: "http://127.0.0.1:1" },
  );
  return { it, things };
}

async function made(given: Bag, more: Partial<AnyKind> = {}, defaultTags: Bag = {}) {
  const { it, things } = standIn(more, defaultTags);
  const checked = await it.check(it_, {}, given);
  expect(checked.failures).toEqual([]);
  const { id, state } = await it.create(it_, checked.inputs);
  const diff = async (news: Bag, ignored: string[] = []) =>
    await it.diff(it_, { state, news: (await it.check(it_, checked.inputs, news)).inputs, ignored });
  return { it, things, id, state, inputs: checked.inputs, diff };
}

describe("what the stand-in refuses", () => {
  it("is a type that it does not make, by name", async () => {
    const real = standInAt("http://127.0.0.1:1");
    await expect(real.check({ type: "aws:sqs/queue:Queue", name: "q" }, {}, {})).rejects.toThrow(
      /makes .*ecs\.Service.*, not aws:sqs\/queue:Queue\. Install the official plugin/,
    );
    await expect(real.check({ type: "constructor", name: "q" }, {}, {})).rejects.toThrow("not constructor");
  });

  it("is a function that it does not answer, by name", async () => {
    await expect(standInAt("http://127.0.0.1:1").invoke("aws:ec2/getAmi:getAmi", {})).rejects.toThrow(
      /answers .*getVpc.*, not aws:ec2\/getAmi:getAmi/,
    );
  });

  it("is a property that it does not know, at the top and further in", async () => {
    const { failures } = await standIn().it.check(it_, {}, { colour: "red", nested: { path: "/", depth: 3 } });
    expect(failures.map(({ property }) => property)).toEqual(["colour", "nested"]);
    expect(failures[0]?.reason).toContain(`does not know the property colour of ${type}. It knows name, size`);
    expect(failures[1]?.reason).toContain("does not know the property nested.depth");
  });

  it("is a value of the wrong kind, but not one that only the update will know", async () => {
    const { failures } = await standIn().it.check(it_, {}, { size: "large", nested: { path: unknown }, zone: unknown });
    expect(failures).toEqual([{ property: "size", reason: expect.stringContaining("number") }]);
  });

  it.each([
    [
      "an endpoint elsewhere",
      { endpoints: '[{"ecs":"https://ecs.eu-central-1.amazonaws.com"}]' },
      {},
      "is not on this machine",
    ],
    ["no region", { region: "" }, {}, "No region"],
    ["no credentials", { accessKey: "" }, {}, "No credentials"],
  ])("is to work with %s", (_what, given, env, says) => {
    const whole = { region: "eu-central-1", accessKey: "a", secretKey: "b", ...given };
    expect(() => settingsFrom(whole, { AWS_ENDPOINT_URL: "http://127.0.0.1:1", ...env })).toThrow(says);
  });

  it("is to guess an endpoint", () => {
    const settings = settingsFrom({ region: "eu-central-1", accessKey: "a", secretKey: "b" }, {});
    expect(() => new Connection(settings, new AbortController().signal).client(ECSClient)).toThrow(
      /No endpoint for ECS.*simulated AWS on loopback only/,
    );
  });

  it("is a setting of the provider that it does not know", () => {
    expect(wrongSettings({ region: "eu-central-1", assumeRoles: "[]" })).toEqual([
      { property: "", reason: expect.stringContaining("assumeRoles") },
    ]);
    expect(wrongSettings({ endpoints: '[{"sqs":"http://127.0.0.1:1"}]' })).not.toEqual([]);
    expect(wrongSettings({ endpoints: '[{"ecs":"http://127.0.0.1:1"}]', skipCredentialsValidation: "true" })).toEqual(
      [],
    );
  });
});

describe("a name that is left out", () => {
  it("is the logical one and seven digits, within what the service takes, and stays", async () => {
    const { it } = standIn();
    const named = { type, name: "a-rather-long-logical-name" };
    const first = (await it.check(named, {}, {})).inputs;
    expect(first.name).toMatch(/^a-rather-lon-[0-9a-f]{7}$/);
    expect((await it.check(named, first, {})).inputs.name).toBe(first.name);
  });

  it("lets the new one be made before the old one goes; a fixed one does not", async () => {
    const rule = { replaceOn: ["zone"], computed: [] };
    expect(await (await made({ zone: "a" }, rule)).diff({ zone: "b" })).toMatchObject({
      replaces: ["zone"],
      deleteFirst: false,
    });
    expect(await (await made({ name: "fixed", zone: "a" }, rule)).diff({ name: "fixed", zone: "b" })).toMatchObject({
      deleteFirst: true,
    });
    expect(await (await made({ name: "fixed" }, rule)).diff({ name: "other" })).toMatchObject({ deleteFirst: false });
  });
});

describe("the comparison of state and program", () => {
  it.each([
    ["the order of a set", { list: ["a", "b"] }, { list: ["b", "a"] }, []],
    ["the order of a list", { order: ["a", "b"] }, { order: ["b", "a"] }, ["order"]],
    ["spaces in JSON", { policy: '{"a":1,"b":[2]}' }, { policy: '{ "b": [2], "a": 1 }' }, []],
    ["content of JSON", { policy: '{"a":1}' }, { policy: '{"a":2}' }, ["policy"]],
    ["a default that is written out", {}, { size: 1 }, []],
    ["nothing for empty", { list: [] }, {}, []],
    ["what the service filled in", { zone: "b" }, {}, []],
    ["what the service filled in further in", { nested: { path: "/", port: "80" } }, { nested: { path: "/" } }, []],
    ["a property that is taken out", { policy: "x" }, {}, ["policy"]],
    ["a member of a set that is there twice", { list: ["a", "a", "b"] }, { list: ["a", "b", "b"] }, ["list"]],
    ["what only the update will know", { policy: "x" }, { policy: unknown }, ["policy"]],
  ])("of %s", async (_what, before, after, changed) => {
    expect((await (await made({ name: "n", ...before })).diff({ name: "n", ...after })).changed).toEqual(changed);
  });

  it("leaves out what the program ignores", async () => {
    const { diff } = await made({ name: "n", size: 2 });
    expect((await diff({ name: "n", size: 3 }, ["size"])).changed).toEqual([]);
  });

  it("replaces what moves to another region", async () => {
    const { diff } = await made({ name: "n" });
    expect(await diff({ name: "n", region: "us-east-1" })).toMatchObject({ replaces: ["region"] });
  });
});

describe("tags", () => {
  it("are the provider's default ones and the resource's own", async () => {
    const { state, diff, it, id, inputs } = await made({ name: "n", tags: { own: "1" } }, {}, { team: "shop" });
    expect(state).toMatchObject({ tags: { own: "1" }, tagsAll: { own: "1", team: "shop" } });
    expect((await diff({ name: "n", tags: { own: "1" } })).changed).toEqual([]);
    const news = { ...inputs, tags: { own: "2" } };
    expect(await it.update(it_, id, state, news)).toMatchObject({ tagsAll: { own: "2", team: "shop" } });
    expect(await it.update(it_, id, state, { ...inputs, tags: {} })).toMatchObject({
      tags: {},
      tagsAll: { team: "shop" },
    });
  });

  it("that somebody else put there are a change", async () => {
    const { it, things, id, state, inputs } = await made({ name: "n" });
    things.set(id, { ...things.get(id), tagsAll: { foreign: "yes" } });
    const read = await it.read(it_, id, state, inputs);
    expect(read?.inputs).toMatchObject({ tags: { foreign: "yes" } });
    expect((await it.diff(it_, { state: read?.state ?? {}, news: inputs, ignored: [] })).changed).toEqual(["tags"]);
  });
});

describe("a resource that was made and is not ready", () => {
  it("is in the state, and the update fails", async () => {
    const late = { settle: async () => Promise.reject(new Error("Waited 1 s for it.")) };
    const { it, things } = standIn(late);
    const failure = await it.create(it_, { name: "n", size: 1 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotReady);
    expect(failure).toMatchObject({ id: "n", message: "Waited 1 s for it.", state: { name: "n", zone: "a" } });
    expect([...things.keys()]).toEqual(["n"]);
  });
});

describe("a refresh", () => {
  it("finds what is gone, and what was changed behind our back", async () => {
    const { it, things, id, state, inputs } = await made({ name: "n", size: 2 });
    things.set(id, { ...things.get(id), size: 5 });
    expect(await it.read(it_, id, state, inputs)).toMatchObject({ state: { size: 5 }, inputs: { size: 5 } });
    things.delete(id);
    expect(await it.read(it_, id, state, inputs)).toBeUndefined();
  });
});

describe("a wait", () => {
  const settings = settingsFrom(
    { region: "r", accessKey: "a", secretKey: "b" },
    { AWS_ENDPOINT_URL: "http://127.0.0.1:1" },
  );

  it("says what it waited for and what was seen last", async () => {
    const connection = new Connection(settings, new AbortController().signal);
    const waiting = connection.until("the thing to be there", 0, async (see) => {
      see("half of it");
      return undefined;
    });
    await expect(waiting).rejects.toThrow("Waited 0 s for the thing to be there; seen last: half of it.");
  });

  it("ends when the update is cancelled", async () => {
    const abort = new AbortController();
    const waiting = new Connection(settings, abort.signal).until("ever", 600_000, async () => undefined);
    abort.abort(new Error("the update was cancelled"));
    await expect(waiting).rejects.toThrow();
  });
});

describe("a request", () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it("ends when the update is cancelled, although nobody answers", async () => {
    const asked = deferred();
    const server = createServer(() => asked.resolve());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const at = server.address();
    const endpoint = `http://127.0.0.1:${typeof at === "object" ? at?.port : 0}`;
    const abort = new AbortController();
    const settings = settingsFrom({ region: "r", accessKey: "a", secretKey: "b" }, { AWS_ENDPOINT_URL: endpoint });
    const answer = new Connection(settings, abort.signal).client(ECSClient).send(new DescribeClustersCommand({}));
    await asked.promise;
    abort.abort(new Error("the update was cancelled"));
    await expect(answer).rejects.toThrow("the update was cancelled");
  });
});

/** A promise, and what keeps it. */
function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
