import { describe, expect, it } from "vitest";
import { readSettings } from "../../../config.ts";
import { Problem } from "../../../release/problem.ts";
import { config } from "../aws/shop.ts";
import { settings } from "./shop.ts";

/** What the settings are refused for, a line each. */
function faults(over: Record<string, unknown>): string[] {
  try {
    const all = Object.entries({ ...settings, ...over }).filter(([, value]) => value !== undefined);
    readSettings(config(Object.fromEntries(all)));
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.happened
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
}

describe("the settings of a stack on Kubernetes", () => {
  it("need a namespace, and no more", () => {
    expect(faults({})).toEqual([]);
    expect(faults({ kubernetes: {} })[0]).toContain("greenlight:kubernetes.namespace");
    expect(faults({ kubernetes: undefined })[0]).toContain("greenlight:kubernetes is missing");
  });

  it("are refused on another platform, and another platform's here", () => {
    expect(faults({ platform: "local" })).toContainEqual(
      expect.stringContaining(
        "greenlight:kubernetes is a setting of the platform kubernetes; greenlight:platform is local",
      ),
    );
    expect(faults({ listen: "127.0.0.1" })).toContainEqual(
      expect.stringContaining("greenlight:listen is a setting of the local"),
    );
  });

  it.each(["mandatory", "advisory", "none"])("have a checklist of level %s", (level) => {
    expect(faults({ checklist: { level } })).toEqual([]);
  });

  it.each([
    [{ bake: "5m" }, "greenlight:bake is not offered on kubernetes yet"],
    [
      { blue: "v1", green: "v2", share: "10" },
      "greenlight:share is 10; on kubernetes traffic is shared by a Gateway's routes alone",
    ],
    [
      { kubernetes: { ...settings.kubernetes, gateway: { name: "public" } } },
      "greenlight:kubernetes.services.api.hosts is missing; expected a list of host names, by which the Gateway public",
    ],
    [
      { kubernetes: { ...settings.kubernetes, services: { api: { hosts: ["shop.example"] } } } },
      "greenlight:kubernetes.services.api.hosts says what a Gateway takes, and kubernetes.gateway names none",
    ],
    [
      {
        kubernetes: {
          ...settings.kubernetes,
          database: { claim: "data", migration: { service: "worker", command: ["m"], verify: ["v"], prints: "ok" } },
        },
      },
      'greenlight:kubernetes.database.migration.service is "worker"; expected one of api, web',
    ],
    [{ database: { user: "shop" } }, "how it is migrated in kubernetes.database"],
    [{ strategy: { kind: "canary" } }, "greenlight:strategy.kind is canary; on kubernetes only blue-green is offered"],
    [{ strategy: { canary: { sticky: "1h" } } }, "greenlight:strategy.canary.sticky is not offered on kubernetes yet"],
    [
      { services: { api: { port: 8080, health: { body: "ok" } } } },
      "greenlight:services.api.health.body is not offered",
    ],
    [{ services: { api: { port: 8080, health: { status: 418 } } } }, "greenlight:services.api.health.status is 418"],
    [{ services: { api: { port: 8080, drain: "1500ms" } } }, "greenlight:services.api.drain is 1500 ms"],
    [
      { kubernetes: { ...settings.kubernetes, services: { shop: {} } } },
      "greenlight:kubernetes.services.shop is no service; services: api, web",
    ],
  ])("refuse %j and say what is offered", (over, says) => {
    expect(faults(over)).toContainEqual(expect.stringContaining(says));
  });

  it("share traffic where a Gateway leads users", () => {
    const services = { api: { hosts: ["shop.example"], paths: ["/api"] }, web: { hosts: ["shop.example"] } };
    const kubernetes = { ...settings.kubernetes, gateway: { name: "public", namespace: "gateways" }, services };
    expect(faults({ kubernetes, blue: "v1", green: "v2", share: "10" })).toEqual([]);
  });
});
