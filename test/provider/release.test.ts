import { mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeWeights } from "../../provider/local/envoy/runtimeLayer.ts";
import { Managed } from "./managed.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
let release: Managed;
beforeEach(() => {
  stage = new Stage();
  release = new Managed("greenlight:index:Release", "release");
});
afterEach(() => stage.end());

const at = (version: string) => ({ version, manifestDigest: `digest of ${version}` });
const wanted = (live: "blue" | "green", environments: object, over = {}) => ({
  live,
  environments,
  services: ["api"],
  checklist: { level: "none" },
  ...over,
});
const v1 = { blue: at("v1") };
const both = { blue: at("v1"), green: at("v2") };

describe("the release resource", () => {
  it("fills in what kind of update it is and what was live before", async () => {
    expect(await release.create(wanted("blue", v1))).toMatchObject({ kind: "release", history: [] });
    expect(await release.update(wanted("blue", both))).toMatchObject({ kind: "release", history: [] });
    expect(await release.update(wanted("green", both))).toMatchObject({ kind: "switch", history: ["v1"] });
    expect(await release.update(wanted("green", both))).toMatchObject({ kind: "none", history: ["v1"] });
    expect(await release.update(wanted("blue", both))).toMatchObject({ kind: "rollback", history: ["v2"] });
  });

  it("after a switch there is nothing more to do: that it is none now is no change", async () => {
    await release.create(wanted("blue", v1));
    await release.update(wanted("blue", both));
    await release.update(wanted("green", both));
    expect(await release.differs(wanted("green", both))).toBe(false);
    expect(await release.differs(wanted("blue", both))).toBe(true);
  });

  it("refuses a kind that the update is not", async () => {
    await release.create(wanted("blue", both));
    expect(await release.refusals(wanted("green", both, { kind: "none" }))).toEqual([
      expect.stringMatching(/^kind: .*Set kind to switch\.$/),
    ]);
    expect(await release.refusals(wanted("green", both, { kind: "rollback" }))).toHaveLength(1);
    expect(await release.refusals(wanted("green", both, { kind: "switch" }))).toEqual([]);
  });

  it("refuses a history that was not", async () => {
    await release.create(wanted("blue", both));
    expect(await release.refusals(wanted("green", both, { history: ["v0"] }))).toEqual([
      expect.stringMatching(/^history: .*v0/),
    ]);
  });

  it("refuses to change the live version, or its manifest under it", async () => {
    await release.create(wanted("blue", both));
    expect(await release.refusals(wanted("blue", { ...both, blue: at("v3") }))).toEqual([
      expect.stringMatching(/^environments\.blue: .*while it serves/),
    ]);
    const edited = { version: "v1", manifestDigest: "another" };
    expect(await release.refusals(wanted("blue", { ...both, blue: edited }))).toEqual([
      expect.stringMatching(/^environments\.blue: .*manifest/),
    ]);
  });

  it("refuses to deploy and switch, or to switch and retire, in one update", async () => {
    await release.create(wanted("blue", v1));
    expect(await release.refusals(wanted("green", both))).toEqual([expect.stringMatching(/^environments\.green: /)]);
    await release.update(wanted("blue", both));
    expect(await release.refusals(wanted("green", { green: at("v2") }))).toEqual([
      expect.stringMatching(/^environments\.blue: /),
    ]);
  });

  it("notices an environment that is retired", async () => {
    await release.create(wanted("blue", both));
    expect(await release.differs(wanted("blue", v1))).toBe(true);
  });

  it("refuses to make live what is not deployed, and a candidate that is live already", async () => {
    expect(await release.refusals(wanted("green", v1))).toEqual([expect.stringMatching(/^live: /)]);
    await release.create(wanted("blue", v1));
    expect(await release.refusals(wanted("blue", { blue: at("v1"), green: at("v1") }))).toEqual([
      expect.stringMatching(/^environments\.green: v1 is already live in blue/),
    ]);
  });

  it("refuses what has another shape, naming it", async () => {
    for (const [odd, at_] of [
      [wanted("blue", { blue: { version: "v1" } }), "environments.blue.manifestDigest"],
      [wanted("blue", { red: at("v1") }), "environments"],
      [{ ...wanted("blue", v1), live: "red" }, "live"],
      [{ ...wanted("blue", v1), extra: 1 }, "inputs"],
      [wanted("blue", v1, { kind: "hotfix" }), "kind"],
    ] as const) {
      expect(await release.refusals(odd)).toEqual([expect.stringContaining(`${at_}: `)]);
    }
  });

  it("goes without leaving anything", async () => {
    await release.create(wanted("blue", v1));
    await release.delete();
  });
});

describe("a first deployment", () => {
  const facts = {
    stack: "test",
    listen: "127.0.0.1",
    adminPort: 26_799,
    services: [
      { name: "api", port: 26_798, healthPath: "/", instances: { blue: [], green: [] }, direct: { blue: 1, green: 1 } },
    ],
  };
  const here = (live: "blue" | "green", environments: object) => wanted(live, environments, { dir: stage.dir });
  const weights = (blue: number, green: number) => writeWeights(stage.path("envoy"), ["api"], { blue, green });

  beforeEach(async () => {
    mkdirSync(stage.path("envoy"));
    writeFileSync(stage.path("platform.json"), JSON.stringify(facts));
    await release.create(here("blue", v1));
  });

  it("that failed before anybody was served may be replaced by another version", async () => {
    weights(0, 0);
    expect(await release.refusals(here("blue", { blue: at("v1-fixed") }))).toEqual([]);
    expect(await release.update(here("blue", { blue: at("v1-fixed") }))).toMatchObject({
      kind: "release",
      history: [],
    });
  });

  it("that served is live: it is replaced by no update", async () => {
    weights(100, 0);
    expect(await release.refusals(here("blue", { blue: at("v1-fixed") }))).toHaveLength(1);
  });

  it("whose record is spoiled decides nothing: the update stops", async () => {
    writeFileSync(stage.path("platform.json"), "{");
    await expect(release.refusals(here("blue", { blue: at("v1-fixed") }))).rejects.toThrow(
      "record of the platform cannot be read",
    );
  });
});
