import { describe, expect, it } from "vitest";
import { readSmoke, readStaging } from "../../../release/evidence/staging/readStaging.ts";
import { releasedSummary, stagingSummary } from "../../../release/evidence/staging/stagingSummary.ts";
import { holdsToItsShape, sample, sampleJson } from "../readers.ts";

const read = (value: unknown) => readStaging(Buffer.from(JSON.stringify(value)));
const exported = () => sampleJson("pulumi/export.json");
const released = () => sampleJson("greenlight/release.json");

describe("the exported state of a stack", () => {
  it("says what serves, from which manifest, and which gates passed when", () => {
    expect(readStaging(sample("pulumi/export.json"))).toEqual({
      from: "export",
      at: expect.stringMatching(/^2026-11-24T/),
      live: "green",
      versions: { blue: "v1", green: "v2" },
      serving: { blue: 0, green: 100 },
      manifestDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      images: [],
      gates: expect.arrayContaining([
        { gate: "smoke", environment: "green", version: "v2", at: expect.stringMatching(/^2026-11-24T/) },
        { gate: "health", environment: "green", version: "v2", at: expect.any(String) },
      ]),
      pending: 0,
    });
  });

  it("counts what an interrupted update left open", () => {
    const own = exported();
    own.deployment.pending_operations = [{ resource: {}, type: "creating" }];
    expect(read(own).pending).toBe(1);
  });

  it("leaves out what waits to be deleted, and gates that have not passed", () => {
    const own = exported();
    for (const it of own.deployment.resources) {
      if (it.type === "greenlight:index:SmokeGate") it.delete = true;
      if (it.type === "greenlight:index:HealthGate") it.outputs.proof.passed = false;
    }
    expect(read(own).gates).toEqual([]);
  });

  it("tells the images of the live environment", () => {
    const own = exported();
    const image = `shop/api@sha256:${"a".repeat(64)}`;
    const resource = (environment: string, ref: string) => ({
      urn: "urn:x",
      type: "greenlight:aws:Service",
      inputs: { service: "api", environment, image: ref },
    });
    own.deployment.resources.push(resource("green", image), resource("green", image), resource("blue", "shop/api:old"));
    expect(read(own).images).toEqual([{ service: "api", image }]);
  });

  it.each<[string, (own: ReturnType<typeof exported>) => unknown, RegExp]>([
    ["of another program", (own) => own.deployment.resources.splice(1), /no export of one/],
    ["without resources", (own) => delete own.deployment.resources, /resources/],
    ["without its time", (own) => delete own.deployment.manifest.time, /time/],
    ["of two stacks in one", (own) => own.deployment.resources.push(...own.deployment.resources), /one stack/],
    ["of nothing", (own) => delete own.deployment, /neither the outputs nor the export/],
  ])("is refused when it is %s", (_, change, reason) => {
    const own = exported();
    change(own);
    expect(() => read(own)).toThrow(reason);
  });
});

describe("the outputs of a stack", () => {
  const proof = { gate: "smoke", environment: "green", version: "v2", at: "2026-03-03T12:00:00Z" };

  it("say what serves, but nothing of gates unless they hold them", () => {
    expect(readStaging(sample("pulumi/outputs.json"))).toEqual({
      from: "outputs",
      live: "green",
      versions: { blue: "v1", green: "v2" },
      serving: { blue: 0, green: 100 },
      images: [],
      gates: [],
      pending: 0,
    });
    const own = {
      ...sampleJson("pulumi/outputs.json"),
      gates: [{ ...proof, passed: true }],
      images: { api: "x@sha256:1" },
    };
    expect(read(own)).toMatchObject({ gates: [proof], images: [{ service: "api", image: "x@sha256:1" }] });
  });
  it.each<[string, object, RegExp]>([
    ["a gate that did not pass", { gates: [{ ...proof, passed: false }] }, /gates/],
    ["shares that are more than all", { serving: { blue: 0, green: 1000 } }, /serving/],
    ["shares that are text", { serving: { blue: "0", green: "100" } }, /serving/],
    ["a third environment live", { live: "red" }, /live/],
    ["a secret instead of versions", { versions: "[secret]" }, /versions/],
  ])("are refused with %s", (_, over, reason) => {
    expect(() => read({ ...sampleJson("pulumi/outputs.json"), ...over })).toThrow(reason);
  });
});

describe("what `greenlight release --json` ended with", () => {
  it("says which version serves, that its gates passed, and how its user flows were", () => {
    expect(readSmoke(sample("greenlight/release.json"))).toEqual({
      from: "release",
      version: "v2",
      ok: true,
      outcome: "released",
      serving: "v2",
      gatesAt: expect.stringMatching(/^2026-11-24T/),
      userFlows: "met",
    });
  });
  it("says of a release that was rolled back that another one serves", () => {
    const own = { ...released(), ok: false, outcome: "rolled-back", serving: { environment: "blue", version: "v1" } };
    const summary = readSmoke(Buffer.from(JSON.stringify(own)));
    expect(summary).toMatchObject({ ok: false, outcome: "rolled-back" });
    expect(summary).not.toHaveProperty("serving");
  });
  it("is no staging state", () => {
    expect(() => read(released())).toThrow(/live/);
  });
});

describe("the reader of staging", () => {
  holdsToItsShape(readSmoke, stagingSummary.or(releasedSummary), [
    "pulumi/outputs.json",
    "pulumi/export.json",
    "greenlight/release.json",
  ]);
});
