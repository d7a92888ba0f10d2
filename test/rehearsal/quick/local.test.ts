import { describe, it } from "vitest";
import { scenariosFor } from "../../../rehearsal/scenarios/index.ts";
import { expectQuickRehearsal } from "./quickRehearsal.ts";

describe("the quick rehearsal on this machine", () => {
  it("ends as expected, without a failed request", () => expectQuickRehearsal("local", scenariosFor(true)));
});
