import { describe, it } from "vitest";
import { clusterScenarios } from "../../../rehearsal/cluster/scenarios/index.ts";
import { expectQuickRehearsal } from "./quickRehearsal.ts";

describe("the quick rehearsal on Kubernetes", () => {
  it("ends as expected, without a failed request", () => expectQuickRehearsal("kubernetes", clusterScenarios(true)));
});
