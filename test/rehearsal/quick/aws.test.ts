import { describe, it } from "vitest";
import { cloudScenarios } from "../../../rehearsal/cloud/scenarios/index.ts";
import { expectQuickRehearsal } from "./quickRehearsal.ts";

// Most of its time it waits for CloudWatch's minutes: the others are played meanwhile.
describe("the quick rehearsal on AWS", () => {
  it("ends as expected, without a failed request", () => expectQuickRehearsal("aws", cloudScenarios(true)));
});
