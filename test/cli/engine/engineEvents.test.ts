import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { describe, expect, it } from "vitest";
import { engineEvents } from "../../../cli/engine/engineEvents.ts";
import type { Event } from "../../../cli/reporter.ts";

const urn = (type: string, name: string) => `urn:pulumi:prod::shop::${type}::${name}`;

/** What the reporter is told of events of the engine. */
function told(...events: object[]): Event[] {
  const all: Event[] = [];
  const hand = engineEvents({ tell: (event) => void all.push(event), close: () => {} });
  for (const event of events) hand(event as EngineEvent);
  return all;
}

const worked = (type: string, name: string, op = "create", custom = true) => ({
  resourcePreEvent: { metadata: { op, urn: urn(type, name), type, new: { custom } } },
});
const said = (type: string, name: string, message: string, severity = "info") => ({
  diagnosticEvent: { urn: urn(type, name), message, severity, color: "raw" },
});

describe("what a command tells of the engine's work", () => {
  it.each([
    ["greenlight:kubernetes:RolloutDone", "green-rollout"],
    ["kubernetes:apps/v1:Deployment", "green-api"],
    ["greenlight:aws:SteadyState", "green-steady"],
    ["aws:lb/listenerRule:ListenerRule", "traffic-api"],
    ["greenlight:local:Traffic", "traffic"],
    ["random:index/randomPassword:RandomPassword", "password"],
  ])("is each resource that changes, whatever the platform: %s", (type, name) => {
    expect(told(worked(type, name))).toEqual([{ kind: "resource", name, type, operation: "create", done: false }]);
  });

  it("is no component, no resource that stays, and no stack", () => {
    expect(
      told(
        worked("greenlight:aws:Environment", "green", "create", false),
        worked("greenlight:local:Traffic", "traffic", "same"),
        worked("pulumi:pulumi:Stack", "shop-prod"),
      ),
    ).toEqual([]);
  });

  it("is what our own resources say meanwhile, by name and without marks of colour", () => {
    const line = "green: shop-api-green-0: its image cannot be pulled";
    expect(told(said("greenlight:kubernetes:RolloutDone", "green-rollout", `<{%reset%}>${line}<{%reset%}>\n`))).toEqual(
      [{ kind: "step", text: `green-rollout: ${line}` }],
    );
  });

  it("is neither what others say, nor what ends an update: that is told with its reason", () => {
    expect(
      told(
        said("aws:ecs/service:Service", "api", "waiting"),
        said("greenlight:local:Traffic", "traffic", "error: it failed", "error"),
        said("greenlight:local:Traffic", "traffic", "<{%reset%}>\n"),
      ),
    ).toEqual([]);
  });
});
