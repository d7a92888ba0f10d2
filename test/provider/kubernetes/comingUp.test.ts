import type { V1Pod } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { isComingUp } from "../../../provider/kubernetes/comingUp.ts";

const now = Date.UTC(2026, 0, 5, 12);
const seconds = 1000;

/** A pod that was made so long ago, with a startup probe of 30 s. */
function pod(agedMs: number, containers: object[] | undefined): V1Pod {
  return {
    metadata: { name: "api-1", creationTimestamp: new Date(now - agedMs) },
    spec: { containers: [{ name: "api", startupProbe: { periodSeconds: 1, failureThreshold: 30 } }] },
    status: {
      containerStatuses: (containers ?? []).map((it) => ({
        name: "api",
        image: "",
        imageID: "",
        ready: false,
        restartCount: 0,
        ...it,
      })),
    },
  };
}

describe("a pod that is not ready", () => {
  it.each([
    ["no node has taken it yet", undefined],
    ["its image is pulled", [{ started: false, state: { waiting: { reason: "ContainerCreating" } } }]],
    ["its startup probe has not passed yet", [{ started: false, state: { running: {} } }]],
    ["one of its containers has not started yet", [{ started: true }, { started: false }]],
  ])("comes up while %s", (_, containers) => {
    expect(isComingUp(pod(10 * seconds, containers), now)).toBe(true);
  });

  it.each([
    ["it was ready before", pod(10 * seconds, [{ started: true }])],
    ["it was started again", pod(10 * seconds, [{ started: false, restartCount: 1 }])],
    ["it takes longer than its startup probe and a minute allow", pod(90 * seconds, [{ started: false }])],
    ["no node takes it for longer than that", pod(90 * seconds, undefined)],
    ["nobody knows when it was made", { ...pod(0, undefined), metadata: { name: "api-1" } }],
  ])("does not come up when %s", (_, seen) => {
    expect(isComingUp(seen, now)).toBe(false);
  });

  it("has what its slowest startup probe allows, and a minute without one", () => {
    const slow = pod(150 * seconds, [{ started: false }]);
    const two = {
      containers: [...(slow.spec?.containers ?? []), { name: "proxy", startupProbe: { failureThreshold: 10 } }],
    };
    expect(isComingUp({ ...slow, spec: two }, now)).toBe(true);
    expect(isComingUp({ ...pod(59 * seconds, undefined), spec: { containers: [{ name: "api" }] } }, now)).toBe(true);
    expect(isComingUp({ ...pod(60 * seconds, undefined), spec: { containers: [{ name: "api" }] } }, now)).toBe(false);
  });
});
