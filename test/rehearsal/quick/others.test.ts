import { describe, it } from "vitest";
import { clusterScenarios } from "../../../rehearsal/cluster/scenarios/index.ts";
import { scenariosFor } from "../../../rehearsal/scenarios/index.ts";
import { expectQuickRehearsal } from "./quickRehearsal.ts";

// One after the other, each with as much of the machine as it can be given.
describe("the quick rehearsal", () => {
  it("on Kubernetes ends as expected, without a failed request", () =>
    expectQuickRehearsal("kubernetes", clusterScenarios(true)));

  it("on this machine ends as expected, without a failed request", () =>
    expectQuickRehearsal("local", scenariosFor(true)));
});
